-- The balance of every account, by name: it adds up to zero in each currency.

create function backend.trial_balance()
    returns table (account text, currency text, debit_cents bigint, credit_cents bigint)
    language plpgsql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    return query
    select
        a.name,
        a.currency,
        greatest(sum(a.balance_cents), 0)::bigint,
        greatest(-sum(a.balance_cents), 0)::bigint
    from api.admin_ledger_accounts as a
    group by a.name, a.currency
    order by a.currency, a.name;
end;
$$;
comment on function backend.trial_balance is 'In cents, one row an account''s name and currency.';
grant execute on function backend.trial_balance to worker;
