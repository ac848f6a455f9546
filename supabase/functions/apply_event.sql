-- Which function knows what an event means.

create function app.apply_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    at jsonb := jsonb_build_object(
        'timestamp', extract(epoch from app.current_instant())::bigint
    );
begin
    event.state := 'done';
    event.reason := null;
    event.awaits := null;
    case
        when event.type like 'checkout.session.%' then
            return app.apply_checkout_event(event);
        when event.type like 'payment_intent.%' then
            return app.apply_intent_event(event);
        when event.type like 'charge.dispute.%' then
            return app.apply_dispute_event(event);
        when event.type like 'charge.%' then
            return app.apply_charge_event(event);
        when event.type like 'refund.%' then
            return app.apply_refund_event(event);
        when event.type like 'transfer.%' then
            return app.apply_transfer_event(event);
        when event.type like 'balance_transaction.%' then
            return app.apply_balance_transaction(event);
        when event.type = 'payout.reconciliation_completed' then
            -- Stripe has added up the day: so do we.
            perform app.enqueue_job('compare_balance', at);
            return event;
        when event.type like 'v2.core.health.event_generation_failure.%' then
            -- Events were not made in time, and not sent.
            perform app.enqueue_job('fetch_lacking_events', at);
            return event;
        when event.type like 'payout.%' then
            return app.apply_payout_event(event);
        when event.type like 'radar.early_fraud_warning.%' then
            return app.apply_fraud_warning(event);
        else
            return app.apply_account_event(event);
    end case;
end;
$$;
comment on function app.apply_event is
    'The event with what became of it: done, waiting for an object (awaits), or quarantined.';
