-- The platform owes a customer money: written down, and the worker is asked to send it.

create function app.owe_refund(
    payment app.payments,
    amount_cents bigint,
    reason text,
    refund_request_id uuid default null
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    owed_id uuid;
begin
    insert into app.refunds (payment_id, refund_request_id, customer_id, amount_cents, reason)
    values (
        payment.id, owe_refund.refund_request_id, payment.customer_id, owe_refund.amount_cents,
        owe_refund.reason
    )
    returning id into owed_id;
    perform app.enqueue_job('send_refund', jsonb_build_object('refund_id', owed_id));
end;
$$;
comment on function app.owe_refund is
    'Owes back a part of what was paid, in cents. The caller holds the payment, and knows that it is left.';
