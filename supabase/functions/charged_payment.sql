-- The payment of a charge that a refund or dispute is about.

create function app.charged_payment(stripe_charge_id text)
    returns app.payments
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
begin
    -- Taken by whoever learns of the charge too: it sees what waits for it, or is seen here.
    perform pg_advisory_xact_lock(hashtextextended(charged_payment.stripe_charge_id, 0));
    select p.* into payment
    from app.money_facts as f
    cross join app.lock_payment(f.payment_id) as p
    where f.id = charged_payment.stripe_charge_id
        and f.kind = 'charge';
    return payment;
end;
$$;
comment on function app.charged_payment is
    'The payment, locked by app.lock_payment; null while the charge is not known.';
