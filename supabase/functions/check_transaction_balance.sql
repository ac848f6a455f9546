-- A transaction that does not add up to zero in each currency is not committed.

create function app.check_transaction_balance()
    returns trigger
    language plpgsql
    volatile
    security definer  -- at commit the session's own role is back, which holds no grant
    set search_path = ''
as $$
begin
    if exists (
        select
        from app.ledger_entries
        where transaction_id = new.transaction_id
        group by currency
        having sum(amount_cents) <> 0
    ) then
        raise exception 'a ledger transaction does not balance' using errcode = 'check_violation';
    end if;
    return null;
end;
$$;
comment on function app.check_transaction_balance is
    'At commit: the entries of a transaction add up to zero in each currency.';

create constraint trigger transactions_balance_at_commit
    after insert on app.ledger_entries
    deferrable initially deferred
    for each row execute function app.check_transaction_balance();
