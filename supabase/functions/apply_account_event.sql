-- A payee's account at Stripe: whether money may be sent there.

create function app.apply_account_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    account app.connected_accounts;
begin
    if event.type = 'account.application.deauthorized' then
        -- The next one that its owner opens is another.
        update app.connected_accounts as a
        set attempt = a.attempt + 1,
            begun_at = null,
            transfers = 'inactive',
            payouts_enabled = false,
            told_at = event.created_at,
            disconnected_at = app.current_instant()
        where a.stripe_account_id = event.payload ->> 'account'
            and a.disconnected_at is null
        returning * into account;
        if found then
            case account.owner_kind
                when 'mechanic' then
                    perform app.tell(
                        account.owner_id, 'payout_account_disconnected', account.owner_id
                    );
                else
                    perform app.tell_workshop(
                        account.owner_id, 'payout_account_disconnected', account.owner_id
                    );
            end case;
            perform app.tell_admins('payout_account_disconnected', account.owner_id);
        end if;
    else
        -- What is told late says nothing of what is: the newest word counts.
        update app.connected_accounts as a
        set transfers = coalesce(
                object #>> '{capabilities,transfers}',
                case object ->> 'id' when 'transfers' then object ->> 'status' end,
                a.transfers
            ),
            payouts_enabled = coalesce(
                (object ->> 'payouts_enabled')::boolean, a.payouts_enabled
            ),
            requirements_due = case
                when event.type = 'account.updated'
                    then array(
                        select jsonb_array_elements_text(object #> '{requirements,currently_due}')
                    )
                else a.requirements_due
            end,
            told_at = event.created_at
        where a.stripe_account_id = event.payload ->> 'account'
            and a.told_at <= event.created_at
            and a.disconnected_at is null;
    end if;
    return event;
end;
$$;
comment on function app.apply_account_event is
    'Opens or shuts the gate for transfers to a payee; earnings wait in the payable meanwhile. Of an '
    'account that was taken away from the platform, its owner and the admins are told, once.';
