-- A payment that is not to be: owed back when it was paid, expired when it was not.

create function app.undo_payment(payment_id uuid, reason text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    left_cents bigint;
begin
    select * into strict payment
    from app.payments as p
    where p.id = undo_payment.payment_id
    for update;

    if payment.status = 'paid' then
        left_cents := app.refundable_cents(payment.id);
        if left_cents > 0 then
            perform app.owe_refund(payment, left_cents, undo_payment.reason);
        end if;
        perform app.supersede_refund_request(payment.id);
    elsif payment.status in ('pending', 'failed') then
        update app.payments as p
        set status = 'expired'
        where p.id = payment.id;
        perform app.leave_checkout(payment.id);
    end if;
end;
$$;
comment on function app.undo_payment is
    'Owes back all that is left of the payment; an unpaid one expires. One that is being processed is '
    'left: should it succeed, settle_payment owes it back.';
