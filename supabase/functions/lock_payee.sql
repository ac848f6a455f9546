-- Locks what is owed to a mechanic: whoever moves it waits here.

create function app.lock_payee(mechanic_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    -- Opened where missing, so that a first posting under way is waited for.
    insert into app.ledger_accounts (name, owner_id, currency)
    select distinct 'payable.mechanic', m.person_id, f.currency
    from app.mechanics as m
    cross join app.fee_schedule as f
    where m.person_id = lock_payee.mechanic_id
    on conflict do nothing;
    perform
    from app.ledger_accounts as a
    where a.name = 'payable.mechanic'
        and a.owner_id = lock_payee.mechanic_id
    order by a.currency
    for update;
end;
$$;
comment on function app.lock_payee is
    'The accounts that app.lock_ledger locks for a payment of theirs; nothing for anybody else.';
