-- Does what one of Stripe's events says, once: facts, whatever the order in which they come.

create function backend.apply_stripe_event(event_id text)
    returns text
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    event app.stripe_events;
    object jsonb;
    balance_transaction jsonb;
    payment app.payments;
begin
    select * into event
    from app.stripe_events as e
    where e.id = apply_stripe_event.event_id
    for update;
    if not found then
        raise exception 'no such event' using errcode = 'PT404';
    end if;
    if event.state not in ('pending', 'waiting') then
        return event.state;
    end if;

    event.state := 'done';
    event.reason := null;
    object := event.payload #> '{data,object}';
    balance_transaction := object -> 'balance_transaction';
    if pg_input_is_valid(object #>> '{metadata,payment_id}', 'uuid') then
        payment := app.lock_payment((object #>> '{metadata,payment_id}')::uuid);
    end if;

    -- Payments are opened before Stripe hears of them: one that is not here never comes.
    if payment.id is null then
        event.state := 'quarantined';
        event.reason := 'payment';
    elsif coalesce(object -> 'amount_total', object -> 'amount_received', object -> 'amount')
        is distinct from to_jsonb(payment.amount_cents)
    then
        event.state := 'quarantined';
        event.reason := 'amount';
    elsif object ->> 'currency' is distinct from payment.currency then
        event.state := 'quarantined';
        event.reason := 'currency';
    elsif event.type = 'charge.succeeded' then
        perform app.receive_charge(payment.id, object ->> 'id');
    elsif event.type = 'charge.updated' then
        if jsonb_typeof(balance_transaction -> 'fee') = 'number' then
            if balance_transaction ->> 'currency' is distinct from payment.currency then
                event.state := 'quarantined';
                event.reason := 'currency';
            else
                perform app.receive_stripe_fee(payment.id, balance_transaction);
            end if;
        elsif jsonb_typeof(balance_transaction) <> 'null' then
            event.state := 'waiting';
            event.reason := 'balance_transaction';
        end if;
    elsif event.type = 'checkout.session.completed' and object ->> 'payment_status' <> 'paid' then
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
    elsif event.type like 'checkout.session.%' then
        perform app.close_checkout_attempt(payment.id, object ->> 'id');
        if event.type = 'checkout.session.async_payment_failed' then
            update app.payments as p
            set status = 'failed'
            where p.id = payment.id
                and p.status in ('pending', 'processing');
        elsif event.type <> 'checkout.session.expired' then
            perform app.settle_payment(payment.id);
        end if;
    end if;
    -- payment_intent.succeeded says nothing more than what was compared above.

    update app.stripe_events as e
    set state = event.state,
        reason = event.reason,
        applied_at = case when event.state = 'done' then app.current_instant() end
    where e.id = event.id;
    return event.state;
end;
$$;
comment on function backend.apply_stripe_event is
    'Applies a stored event; returns its state. Waiting: Stripe named a balance transaction '
    'without saying its fee. Quarantined: payment, amount or currency is not ours, and nothing was '
    'changed.';
grant execute on function backend.apply_stripe_event to worker;
