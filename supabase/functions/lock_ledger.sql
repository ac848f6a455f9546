-- Locks the accounts of a payment's payees: whoever moves what is owed to a payee waits here.

create function app.lock_ledger(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform app.open_payables(p.id)
    from app.payments as p
    where p.id = lock_ledger.payment_id
        and p.work_done_at is not null;

    -- Opened where missing, so that a first posting under way is waited for.
    insert into app.ledger_accounts (name, owner_id, currency)
    select 'payable.' || p.payee_kind, p.payee_id, p.currency
    from app.payables as p
    where p.payment_id = lock_ledger.payment_id
    order by p.payee_kind, p.payee_id
    on conflict do nothing;
    perform
    from app.ledger_accounts as a
    inner join app.payables as p
        on a.name = 'payable.' || p.payee_kind
        and a.owner_id = p.payee_id
        and a.currency = p.currency
    where p.payment_id = lock_ledger.payment_id
    order by a.name, a.owner_id
    for update of a;
end;
$$;
comment on function app.lock_ledger is
    'Payees before everything else in the ledger, each by its payable account: a ban, a transfer and '
    'a refund of one payee come one after the other.';
