-- The payment that one of Stripe's objects names in its metadata.

create function app.event_payment(event app.parsed_event)
    returns app.payments
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    named text := event.payload #>> '{data,object,metadata,payment_id}';
    payment app.payments;
begin
    if pg_input_is_valid(named, 'uuid') then
        payment := app.lock_payment(named::uuid);
    end if;
    return payment;
end;
$$;
comment on function app.event_payment is
    'The payment, locked by app.lock_payment; null if the event names none of ours.';
