-- A line of Stripe's account, as fetched: what its fee for a charge was.

create function app.apply_balance_transaction(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    payment app.payments := app.charged_payment(object ->> 'source');
begin
    if payment.id is null then
        event.state := 'waiting';
        event.reason := 'charge';
        event.awaits := object ->> 'source';
    elsif object ->> 'currency' is distinct from payment.currency then
        event.state := 'quarantined';
        event.reason := 'currency';
    else
        perform app.learn_balance_transaction(
            object, payment.id, 'stripe.fee', 'Stripe''s fee'
        );
    end if;
    return event;
end;
$$;
comment on function app.apply_balance_transaction is
    'Posts the fee of a charge''s balance transaction. No event of Stripe''s carries one.';
