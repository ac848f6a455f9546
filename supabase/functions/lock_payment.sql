-- Locks a payment, and before it what it pays for: the order in which everybody locks.

create function app.lock_payment(payment_id uuid)
    returns app.payments
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
begin
    select * into payment
    from app.payments as p
    where p.id = lock_payment.payment_id;
    perform
    from app.diagnostic_sessions as s
    where s.id = payment.session_id
    for update;
    perform
    from app.escalations as e
    where e.id = (select q.escalation_id from app.repair_quotes as q where q.id = payment.quote_id)
    for update;
    perform
    from app.repair_quotes as q
    where q.id = payment.quote_id
    for update;
    select * into payment
    from app.payments as p
    where p.id = lock_payment.payment_id
    for update;
    return payment;
end;
$$;
comment on function app.lock_payment is
    'The payment, locked for update after its session, or its escalation and quote. Null if there '
    'is none.';
