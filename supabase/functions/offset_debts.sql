-- What a payee would not give back is taken from what they earn later.

create function app.offset_debts(payment_id uuid, part text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payable app.payables;
    debt app.payables;
    cents bigint;
begin
    select * into payable
    from app.payables as p
    where p.payment_id = offset_debts.payment_id
        and p.part = offset_debts.part
        and p.withheld_at is null
        and p.held_until <= app.current_instant();
    for debt in
        select d.*
        from app.payables as d
        where d.payee_id = payable.payee_id
            and d.payee_kind = payable.payee_kind
            and d.currency = payable.currency
            and d.owed_cents < 0
            -- Stripe was asked to take it back, and refused.
            and exists (
                select
                from app.transfer_reversals as r
                where r.payment_id = d.payment_id
                    and r.part = d.part
                    and r.status = 'refused'
            )
            and not exists (
                select
                from app.transfer_reversals as r
                where r.payment_id = d.payment_id
                    and r.part = d.part
                    and r.status = 'creating'
            )
        order by d.earned_at, d.payment_id, d.part
    loop
        cents := least(payable.owed_cents, -debt.owed_cents);
        exit when cents <= 0;
        update app.payables as p
        set offset_cents = p.offset_cents + case
                when p.payment_id = debt.payment_id and p.part = debt.part then cents
                else -cents
            end
        where (p.payment_id, p.part) in (
            (debt.payment_id, debt.part), (payable.payment_id, payable.part)
        );
        payable.owed_cents := payable.owed_cents - cents;
        perform app.post_transaction(
            'offset:' || gen_random_uuid()::text,
            'Taken for what was to be given back',
            null,
            null,
            jsonb_build_array(
                jsonb_build_object(
                    'account', 'payable.' || payable.payee_kind,
                    'owner_id', payable.payee_id,
                    'amount_cents', cents
                ),
                jsonb_build_object(
                    'account', 'receivable.' || payable.payee_kind,
                    'owner_id', payable.payee_id,
                    'amount_cents', -cents
                )
            ),
            payable.currency
        );
    end loop;
end;
$$;
comment on function app.offset_debts is
    'Sets a payable off against the payee''s debts whose reversal was refused, oldest first. The caller '
    'holds app.lock_ledger''s locks.';
