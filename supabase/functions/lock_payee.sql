-- Locks what is owed to a mechanic or workshop: whoever moves it waits here.

create function app.lock_payee(payee_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    -- Opened where missing, so that a first posting under way is waited for.
    insert into app.ledger_accounts (name, owner_id, currency)
    select distinct 'payable.' || p.kind, lock_payee.payee_id, f.currency
    from (
        select 'mechanic' as kind
        from app.mechanics as m
        where m.person_id = lock_payee.payee_id
        union all
        select 'workshop'
        from app.workshops as w
        where w.id = lock_payee.payee_id
    ) as p
    cross join app.fee_schedule as f
    on conflict do nothing;
    perform
    from app.ledger_accounts as a
    where a.name in ('payable.mechanic', 'payable.workshop')
        and a.owner_id = lock_payee.payee_id
    order by a.currency
    for update;
end;
$$;
comment on function app.lock_payee is
    'The accounts that app.lock_ledger locks for a payment of theirs; nothing for anybody else.';
