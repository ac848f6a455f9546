-- What Stripe took of a charge: never computed, always read.

create function app.receive_stripe_fee(payment_id uuid, balance_transaction jsonb)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    fee_cents bigint := (balance_transaction ->> 'fee')::bigint;
begin
    select * into strict payment from app.payments as p where p.id = receive_stripe_fee.payment_id;
    perform app.post_transaction(
        'balance_transaction:' || (balance_transaction ->> 'id'),
        'Stripe''s fee',
        payment.id,
        payment.fee_schedule_version,
        jsonb_build_array(
            jsonb_build_object('account', 'stripe.fee', 'amount_cents', fee_cents),
            jsonb_build_object('account', 'stripe.balance', 'amount_cents', -fee_cents)
        ),
        payment.currency
    );
end;
$$;
comment on function app.receive_stripe_fee is
    'Posts the fee of one of Stripe''s balance transactions, in the payment''s currency.';
