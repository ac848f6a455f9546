-- The worker is about to send a customer their money back: written down before Stripe is asked.

create function backend.begin_refund(refund_id uuid)
    returns table (
        payment_id uuid,
        attempt integer,
        idempotency_key text,
        amount_cents bigint,
        stripe_charge_id text,
        look_up boolean
    )
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    refund app.refunds;
    charge_id text;
begin
    select * into refund
    from app.refunds as r
    where r.id = begin_refund.refund_id
        and r.status = 'approved'
    for update;
    select coalesce(refund.stripe_charge_id, min(f.id)) into charge_id
    from app.money_facts as f
    where f.payment_id = refund.payment_id
        and f.kind = 'charge'
        and not exists (
            select
            from app.refunds as r
            where r.stripe_charge_id = f.id
                and r.payment_id = f.payment_id
        );
    -- Nothing to refund before the charge was told of.
    if charge_id is null then
        return;
    end if;
    update app.refunds as r
    set begun_at = coalesce(r.begun_at, app.current_instant())
    where r.id = refund.id
    returning * into refund;
    return query
    select
        refund.payment_id,
        refund.attempt,
        refund.idempotency_key,
        refund.amount_cents,
        charge_id,
        refund.begun_at <= app.current_instant() - interval '23 hours';
end;
$$;
comment on function backend.begin_refund is
    'An approved refund, for the worker to make; nothing if it is made, or its charge not told of yet. '
    'Look up: do not ask for it, but see whether it was made.';
grant execute on function backend.begin_refund to worker;
