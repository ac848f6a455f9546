-- The worker is about to take back what a payee was sent too much: written down before Stripe is asked.

create function backend.begin_reversal(payment_id uuid, part text)
    returns table (
        reversal_id uuid,
        idempotency_key text,
        stripe_transfer_id text,
        amount_cents bigint,
        look_up boolean
    )
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    payment app.payments;
begin
    payment := app.lock_payment(begin_reversal.payment_id);
    perform app.lock_ledger(payment.id);
    insert into app.transfer_reversals (payment_id, part, stripe_transfer_id, amount_cents)
    select p.payment_id, p.part, t.id, least(-p.owed_cents, t.left_cents)
    from app.payables as p
    cross join lateral (
        select
            f.id,
            f.amount_cents - coalesce(
                (
                    select sum(r.amount_cents)
                    from app.money_facts as r
                    where r.payment_id = f.payment_id
                        and r.about = f.id
                ),
                0
            ) as left_cents
        from app.money_facts as f
        where f.payment_id = p.payment_id
            and f.part = p.part
            and f.kind = 'transfer'
        order by left_cents desc
        limit 1
    ) as t
    where p.payment_id = payment.id
        and p.part = begin_reversal.part
        and p.owed_cents < 0
        and t.left_cents > 0
        and not exists (
            select
            from app.transfer_reversals as r
            where r.payment_id = p.payment_id
                and r.part = p.part
                and (r.status = 'creating' or r.retry_at > app.current_instant())
        );

    return query
    select
        r.id,
        r.idempotency_key,
        r.stripe_transfer_id,
        r.amount_cents,
        -- Stripe forgets idempotency keys after 24 hours; and what is not owed any more is not taken.
        r.created_at <= app.current_instant() - interval '23 hours'
        or -p.owed_cents < r.amount_cents
    from app.transfer_reversals as r
    inner join app.payables as p on r.payment_id = p.payment_id and r.part = p.part
    where r.payment_id = payment.id
        and r.part = begin_reversal.part
        and r.status = 'creating';
end;
$$;
comment on function backend.begin_reversal is
    'The one live reversal of a payable that was sent too much, for the worker to make; nothing while '
    'none is due. Look up: do not ask for it, but see whether it was made.';
grant execute on function backend.begin_reversal to worker;
