-- The ledger is added to. What is wrong in it is put right by another transaction.

create function app.refuse_ledger_change()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    raise exception 'the ledger is added to, never changed' using errcode = 'restrict_violation';
end;
$$;
comment on function app.refuse_ledger_change is 'Refuses the statement, whoever asks.';

create trigger transactions_are_never_changed
    before update or delete or truncate on app.ledger_transactions
    for each statement execute function app.refuse_ledger_change();
create trigger entries_are_never_changed
    before update or delete or truncate on app.ledger_entries
    for each statement execute function app.refuse_ledger_change();
create trigger accounts_are_never_removed
    before delete or truncate on app.ledger_accounts
    for each statement execute function app.refuse_ledger_change();
create trigger accounts_are_opened_empty
    before insert on app.ledger_accounts
    for each row when (new.balance_cents <> 0)
    execute function app.refuse_ledger_change();
-- Depth zero: not from keep_account_balance.
create trigger accounts_are_changed_by_their_entries_alone
    before update on app.ledger_accounts
    for each statement when (pg_trigger_depth() = 0)
    execute function app.refuse_ledger_change();
create trigger shards_are_never_removed
    before delete or truncate on app.ledger_shards
    for each statement execute function app.refuse_ledger_change();
create trigger shards_are_changed_by_entries_alone
    before insert or update on app.ledger_shards
    for each statement when (pg_trigger_depth() = 0)
    execute function app.refuse_ledger_change();
