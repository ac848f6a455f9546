-- A bank suspects a charge: nothing of it is sent on until somebody has looked.

create function app.apply_fraud_warning(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    payment app.payments := app.charged_payment(object ->> 'charge');
begin
    if payment.id is null then
        event.state := 'waiting';
        event.reason := 'charge';
        event.awaits := object ->> 'charge';
        return event;
    end if;
    perform app.lock_ledger(payment.id);
    insert into app.fraud_warnings (id, payment_id, fraud_type)
    values (object ->> 'id', payment.id, object ->> 'fraud_type')
    on conflict do nothing;
    if found then
        perform app.tell_admins('fraud_warning', payment.id);
    end if;
    perform app.recount_payables(payment.id);
    return event;
end;
$$;
comment on function app.apply_fraud_warning is
    'Notes the warning, and tells the admins, who decide: a refund may spare the fee of a dispute.';
