-- Whose events at Stripe are to be looked through.

create function backend.connected_account_ids()
    returns setof text
    language plpgsql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    return query
    select a.stripe_account_id
    from app.connected_accounts as a
    where a.stripe_account_id is not null
        and a.disconnected_at is null
    order by a.stripe_account_id;
end;
$$;
comment on function backend.connected_account_ids is
    'Stripe''s ids of the payees'' accounts, but for those that were taken away.';
grant execute on function backend.connected_account_ids to worker;
