-- Money is in: held for the customer until the work is done.

create function app.receive_charge(payment_id uuid, stripe_charge_id text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
begin
    update app.payments as p
    set stripe_charge_id = coalesce(p.stripe_charge_id, receive_charge.stripe_charge_id)
    where p.id = receive_charge.payment_id
    returning * into strict payment;

    perform app.post_transaction(
        'charge:' || receive_charge.stripe_charge_id,
        'Payment received',
        payment.id,
        payment.fee_schedule_version,
        jsonb_build_array(
            jsonb_build_object('account', 'stripe.balance', 'amount_cents', payment.amount_cents),
            jsonb_build_object(
                -- Whoever paid twice is owed the second charge.
                'account', case
                    when payment.stripe_charge_id = receive_charge.stripe_charge_id
                        then 'customer.held'
                    else 'customer.refund_owed'
                end,
                'owner_id', payment.id,
                'amount_cents', -payment.amount_cents
            )
        ),
        payment.currency
    );
    perform app.settle_payment(payment.id);
    perform app.post_earnings(payment.id);
end;
$$;
comment on function app.receive_charge is
    'Posts a successful charge of the payment''s whole amount, settles the payment, and posts what '
    'is earned by work done before. The caller holds lock_payment''s locks.';
