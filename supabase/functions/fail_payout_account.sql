-- Stripe did not open a payee's account: it may be asked again, under another key.

create function backend.fail_payout_account(owner_id uuid, attempt integer)
    returns void
    language plpgsql
    volatile
    security definer  -- the service holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    update app.connected_accounts as a
    set attempt = a.attempt + 1,
        begun_at = null
    where a.owner_id = fail_payout_account.owner_id
        and a.attempt = fail_payout_account.attempt
        and (a.stripe_account_id is null or a.disconnected_at is not null);
end;
$$;
comment on function backend.fail_payout_account is
    'Notes that an attempt came to nothing, once. One whose account is known stays.';
grant execute on function backend.fail_payout_account to backend;
