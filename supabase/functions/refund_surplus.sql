-- Whoever paid twice gets the second charge back.

create function app.refund_surplus(payment_id uuid, stripe_charge_id text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    owed_id uuid;
begin
    insert into app.refunds (
        payment_id, stripe_charge_id, customer_id, amount_cents, reason
    )
    select p.id, refund_surplus.stripe_charge_id, p.customer_id, p.amount_cents, 'paid twice'
    from app.payments as p
    where p.id = refund_surplus.payment_id
        and exists (
            select
            from app.money_facts as f
            where f.payment_id = p.id
                and f.kind = 'charge'
                and f.id <> refund_surplus.stripe_charge_id
        )
        and not exists (
            select
            from app.refunds as r
            where r.payment_id = p.id
                and r.stripe_charge_id is not null
        )
    returning id into owed_id;
    if found then
        perform app.enqueue_job(
            'send_refund', jsonb_build_object('refund_id', owed_id)
        );
    end if;
end;
$$;
comment on function app.refund_surplus is
    'Owes back a charge that is not the payment''s first, once. A third charge of one '
    'payment is left to an admin.';
