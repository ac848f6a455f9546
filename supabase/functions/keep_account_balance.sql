-- An account's balance is the sum of its entries.

create function app.keep_account_balance()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.ledger_accounts
    set balance_cents = balance_cents + new.amount_cents
    where id = new.account_id
        and name = new.account
        and owner_id is not distinct from new.owner_id
        and currency = new.currency;
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
