-- A PaymentIntent: compared with our payment, and why it failed.

create function app.apply_intent_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    payment app.payments := app.event_payment(event);
    has_failed boolean := event.type = 'payment_intent.payment_failed';
begin
    event.reason := app.misfit(
        payment,
        case when has_failed then object -> 'amount' else object -> 'amount_received' end,
        object ->> 'currency'
    );
    if event.reason is not null then
        event.state := 'quarantined';
    elsif has_failed then
        -- The page stays open: another card may do.
        update app.payments as p
        set failure = coalesce(
            object #>> '{last_payment_error,decline_code}',
            object #>> '{last_payment_error,code}',
            'unknown'
        )
        where p.id = payment.id
            and p.status <> 'paid';
    end if;
    return event;
end;
$$;
comment on function app.apply_intent_event is 'Quarantines what is not ours; notes a refusal.';
