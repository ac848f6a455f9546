-- A Checkout Session: paid, under way, failed or left.

create function app.apply_checkout_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    payment app.payments := app.event_payment(event);
begin
    event.reason := app.misfit(payment, object -> 'amount_total', object ->> 'currency');
    if event.reason is not null then
        event.state := 'quarantined';
        return event;
    end if;

    if event.type = 'checkout.session.completed' and object ->> 'payment_status' <> 'paid' then
        -- Unless that session's end was told before.
        update app.payments as p
        set status = 'processing'
        where p.id = payment.id
            and p.status = 'pending'
            and not exists (
                select
                from app.checkout_attempts as a
                where a.stripe_session_id = object ->> 'id'
                    and a.status = 'closed'
            );
        return event;
    end if;

    perform app.close_checkout_attempt(payment.id, object ->> 'id');
    if event.type = 'checkout.session.async_payment_failed' then
        update app.payments as p
        set status = 'failed'
        where p.id = payment.id
            and p.status in ('pending', 'processing');
    elsif event.type <> 'checkout.session.expired' then
        perform app.settle_payment(payment.id);
        if object ->> 'payment_intent' is not null
            and not exists (
                select
                from app.money_facts as f
                where f.payment_id = payment.id
                    and f.kind = 'charge'
            )
        then
            event.state := 'waiting';
            event.reason := 'payment_intent';
            event.awaits := object ->> 'payment_intent';
        end if;
    end if;
    return event;
end;
$$;
comment on function app.apply_checkout_event is
    'Marks the payment; moves no money: the charge does, and is waited for.';
