-- A charge: money is in, or Stripe's fee for it is known.

create function app.apply_charge_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    balance_transaction jsonb := object -> 'balance_transaction';
    payment app.payments;
begin
    perform pg_advisory_xact_lock(hashtextextended(object ->> 'id', 0));
    payment := app.event_payment(event);
    event.reason := app.misfit(payment, object -> 'amount', object ->> 'currency');
    if event.reason is not null then
        event.state := 'quarantined';
        return event;
    end if;

    if event.type = 'charge.succeeded' then
        perform app.settle_payment(payment.id);
        perform app.learn_fact(
            row(
                object ->> 'id', 'charge', payment.id, null, null, null, payment.amount_cents, null
            ),
            'Payment received'
        );
        perform app.wake_events(object ->> 'payment_intent');
        perform app.refund_surplus(payment.id, object ->> 'id');
        perform app.post_earnings(payment.id);
    elsif jsonb_typeof(balance_transaction) = 'object' then
        if balance_transaction ->> 'currency' is distinct from payment.currency then
            event.state := 'quarantined';
            event.reason := 'currency';
        else
            perform app.learn_balance_transaction(
                balance_transaction, payment.id, 'stripe.fee', 'Stripe''s fee'
            );
        end if;
    elsif jsonb_typeof(balance_transaction) = 'string'
        and not exists (
            select
            from app.balance_transactions as b
            where b.id = balance_transaction #>> '{}'
        )
    then
        event.state := 'waiting';
        -- Its line, fetched before the charge is told of, would wait for the charge itself.
        if exists (select from app.money_facts as f where f.id = object ->> 'id') then
            event.reason := 'balance_transaction';
            event.awaits := balance_transaction #>> '{}';
        else
            event.reason := 'charge';
            event.awaits := object ->> 'id';
        end if;
    end if;
    return event;
end;
$$;
comment on function app.apply_charge_event is
    'Posts a successful charge of the payment''s whole amount, settles the payment, and posts what is '
    'earned by work done before. The fee is read where Stripe says it, or waited for.';
