-- An account's balance is the sum of its entries: in its row, or in this connection's part of it.

create function app.keep_account_balance()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    if new.owner_id is null then
        insert into app.ledger_shards as s (account_id, shard, balance_cents)
        select a.id, app.current_shard(), new.amount_cents
        from app.ledger_accounts as a
        where a.id = new.account_id
            and a.name = new.account
            and a.owner_id is null
            and a.currency = new.currency
        on conflict (account_id, shard) do update
        set balance_cents = s.balance_cents + excluded.balance_cents;
    else
        update app.ledger_accounts as a
        set balance_cents = a.balance_cents + new.amount_cents
        where a.id = new.account_id
            and a.name = new.account
            and a.owner_id = new.owner_id
            and a.currency = new.currency;
    end if;
    if not found then
        raise exception 'an entry repeats its account''s name, owner and currency'
            using errcode = 'check_violation';
    end if;
    return null;
end;
$$;
comment on function app.keep_account_balance is
    'Adds an entry to its account''s balance. Refuses one that misstates the account.';

create trigger entries_make_the_balance
    after insert on app.ledger_entries
    for each row execute function app.keep_account_balance();
