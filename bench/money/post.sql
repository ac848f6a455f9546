-- A diagnostic's earnings, posted as app.post_earnings has them posted: once the work is done.

select app.post_transaction(
    'done:' || gen_random_uuid(),
    'Diagnostic done',
    null,
    1,
    jsonb_build_array(
        jsonb_build_object('account', 'customer.held', 'owner_id', %(payment_id)s::uuid, 'amount_cents', 2500),
        jsonb_build_object('account', 'payable.mechanic', 'owner_id', %(mechanic_id)s::uuid, 'amount_cents', -2250),
        jsonb_build_object('account', 'platform.fee', 'amount_cents', -250)
    ),
    'usd'
);
