-- What Stripe took for itself: never computed, always read.

create function app.learn_balance_transaction(
    object jsonb,
    payment_id uuid,
    fee_account text,
    description text
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    insert into app.balance_transactions (
        id, type, source, amount_cents, fee_cents, currency, created_at
    ) values (
        object ->> 'id',
        object ->> 'type',
        object ->> 'source',
        coalesce((object ->> 'amount')::bigint, 0),
        (object ->> 'fee')::bigint,
        object ->> 'currency',
        to_timestamp((object ->> 'created')::bigint)
    )
    on conflict do nothing;
    if found then
        perform app.post_transaction(
            'fee:' || (object ->> 'id'),
            learn_balance_transaction.description,
            p.id,
            p.fee_schedule_version,
            jsonb_build_array(
                jsonb_build_object(
                    'account', fee_account, 'amount_cents', (object ->> 'fee')::bigint
                ),
                jsonb_build_object(
                    'account', 'stripe.balance', 'amount_cents', -(object ->> 'fee')::bigint
                )
            ),
            p.currency
        )
        from app.payments as p
        where p.id = learn_balance_transaction.payment_id;
        perform app.wake_events(object ->> 'id');
    end if;
end;
$$;
comment on function app.learn_balance_transaction is
    'Posts the fee of one of Stripe''s balance transactions, once, in the payment''s currency.';
