-- A payment that is not to be: owed back when it was paid, expired when it was not.

create function app.request_refund(payment_id uuid, reason text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    request_id uuid;
begin
    select * into strict payment
    from app.payments as p
    where p.id = request_refund.payment_id
    for update;

    if payment.status = 'paid' then
        insert into app.refund_requests (payment_id, customer_id, amount_cents, reason)
        values (payment.id, payment.customer_id, payment.amount_cents, request_refund.reason)
        on conflict on constraint a_payment_is_refunded_on_request_once do nothing
        returning id into request_id;
        if found then
            perform app.enqueue_job(
                'send_refund', jsonb_build_object('refund_request_id', request_id)
            );
        end if;
    elsif payment.status in ('pending', 'failed') then
        update app.payments as p
        set status = 'expired'
        where p.id = payment.id;
        update app.checkout_attempts as a
        set status = 'closed'
        where a.payment_id = payment.id;
    end if;
end;
$$;
comment on function app.request_refund is
    'Requests the refund of the whole amount, once; an unpaid payment expires. One that is being '
    'processed is left: should it succeed, settle_payment requests its refund.';
