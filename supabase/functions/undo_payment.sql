-- A payment that is not to be: owed back when it was paid, expired when it was not.

create function app.undo_payment(payment_id uuid, reason text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    owed_id uuid;
begin
    select * into strict payment
    from app.payments as p
    where p.id = undo_payment.payment_id
    for update;

    if payment.status = 'paid' then
        insert into app.refunds (payment_id, customer_id, amount_cents, reason)
        values (payment.id, payment.customer_id, payment.amount_cents, undo_payment.reason)
        on conflict on constraint a_payment_is_given_back_once do nothing
        returning id into owed_id;
        if found then
            perform app.enqueue_job(
                'send_refund', jsonb_build_object('refund_id', owed_id)
            );
        end if;
    elsif payment.status in ('pending', 'failed') then
        update app.payments as p
        set status = 'expired'
        where p.id = payment.id;
        perform app.leave_checkout(payment.id);
    end if;
end;
$$;
comment on function app.undo_payment is
    'Owes back the whole amount, once; an unpaid payment expires. One that is being '
    'processed is left: should it succeed, settle_payment owes it back.';
