-- A payment is paid, and what it pays for goes on; or it came too late, and is owed back.

create function app.settle_payment(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    awaited boolean := app.is_payment_awaited(settle_payment.payment_id);
begin
    update app.payments as p
    set status = 'paid',
        paid_at = app.current_instant()
    where p.id = settle_payment.payment_id
        and p.status <> 'paid'
    returning * into payment;
    if not found then
        return;
    end if;
    perform app.leave_checkout(payment.id);

    if not awaited then
        perform app.undo_payment(payment.id, 'paid too late');
    elsif payment.purpose = 'diagnostic' then
        perform app.session_paid(payment.session_id);
    else
        perform app.escalation_paid(payment.quote_id);
    end if;
end;
$$;
comment on function app.settle_payment is
    'Marks the payment paid and starts what it pays for, once. The caller holds lock_payment''s '
    'locks.';
