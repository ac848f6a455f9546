-- Moves what a mechanic is owed between being payable and being withheld.

create function app.move_earnings(
    mechanic_id uuid,
    origin text,
    target text,
    description text,
    source_key text
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    account app.ledger_accounts;
begin
    -- Opened where missing, so that a first posting under way is waited for.
    insert into app.ledger_accounts (name, owner_id, currency)
    select distinct 'payable.mechanic', m.person_id, f.currency
    from app.mechanics as m
    cross join app.fee_schedule as f
    where m.person_id = move_earnings.mechanic_id
    on conflict do nothing;

    -- Both, in the order in which every posting locks them.
    perform
    from app.ledger_accounts as a
    where a.name in (move_earnings.origin, move_earnings.target)
        and a.owner_id = move_earnings.mechanic_id
    order by a.name
    for update;

    for account in
        select *
        from app.ledger_accounts as a
        where a.name = move_earnings.origin
            and a.owner_id = move_earnings.mechanic_id
        order by a.currency
    loop
        perform app.post_transaction(
            move_earnings.source_key || ':' || account.currency,
            move_earnings.description,
            null,
            null,
            jsonb_build_array(
                jsonb_build_object(
                    'account', move_earnings.origin,
                    'owner_id', account.owner_id,
                    'amount_cents', -account.balance_cents
                ),
                jsonb_build_object(
                    'account', move_earnings.target,
                    'owner_id', account.owner_id,
                    'amount_cents', account.balance_cents
                )
            ),
            account.currency
        );
    end loop;
end;
$$;
comment on function app.move_earnings is
    'Moves the whole balance of one of a mechanic''s accounts to another, once a source key. Locks '
    'accounts of the ledger, so it is called last.';
