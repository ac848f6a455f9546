-- Writes down the account that Stripe opened for a payee.

create function backend.record_payout_account(owner_id uuid, stripe_account_id text)
    returns void
    language plpgsql
    volatile
    security definer  -- the service holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    update app.connected_accounts as a
    set stripe_account_id = record_payout_account.stripe_account_id,
        told_at = '-infinity',
        disconnected_at = null
    where a.owner_id = record_payout_account.owner_id
        and (a.stripe_account_id is null or a.disconnected_at is not null)
        and a.stripe_account_id is distinct from record_payout_account.stripe_account_id;
    if found then
        perform app.wake_account_events(record_payout_account.stripe_account_id);
        return;
    end if;
    perform
    from app.connected_accounts as a
    where a.owner_id = record_payout_account.owner_id
        and a.stripe_account_id = record_payout_account.stripe_account_id;
    if not found then
        raise exception 'no such payee without another account' using errcode = 'PT409';
    end if;
end;
$$;
comment on function backend.record_payout_account is
    'Notes a payee''s account, and queues what Stripe told of it before; again changes nothing. PT409 if they '
    'have another that is connected.';
grant execute on function backend.record_payout_account to backend;
