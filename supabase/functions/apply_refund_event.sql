-- A refund: money went back to the customer, or came back from a refund that failed.

create function app.apply_refund_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    failed_by text := object ->> 'failure_balance_transaction';
    payment app.payments := app.charged_payment(object ->> 'charge');
    owed_id uuid;
    told_attempt text := coalesce(object #>> '{metadata,attempt}', '1');
begin
    if payment.id is null then
        event.state := 'waiting';
        event.reason := 'charge';
        event.awaits := object ->> 'charge';
        return event;
    end if;
    if jsonb_typeof(object -> 'amount') is distinct from 'number'
        or not (object ->> 'amount')::bigint between 1 and payment.amount_cents
    then
        event.reason := 'amount';
    elsif object ->> 'currency' is distinct from payment.currency then
        event.reason := 'currency';
    end if;
    if event.reason is not null then
        event.state := 'quarantined';
        return event;
    end if;

    if pg_input_is_valid(object #>> '{metadata,refund_id}', 'uuid') then
        select r.id into owed_id
        from app.refunds as r
        where r.id = (object #>> '{metadata,refund_id}')::uuid
            and r.payment_id = payment.id;
    end if;
    if object ->> 'status' in ('failed', 'canceled') and failed_by is null then
        perform app.note_failed_refund(owed_id, told_attempt, object ->> 'failure_reason');
        if exists (select from app.money_facts as f where f.id = object ->> 'id')
            and not exists (
                select
                from app.money_facts as f
                where f.payment_id = payment.id
                    and f.about = object ->> 'id'
            )
        then
            -- It was debited, so it comes back; the object will say by which transaction.
            event.state := 'waiting';
            event.reason := 'failure_balance_transaction';
            event.awaits := object ->> 'id';
        end if;
        return event;
    elsif object ->> 'status' = 'requires_action' then
        return event;
    end if;

    perform app.learn_fact(
        row(
            object ->> 'id', 'refund', payment.id, null, object ->> 'charge', owed_id,
            (object ->> 'amount')::bigint, null
        ),
        'Refund to the customer',
        'Referral taken back'
    );
    update app.refunds as r
    set status = case r.status when 'approved' then 'sent' else r.status end,
        stripe_refund_id = object ->> 'id'
    where r.id = owed_id
        and r.attempt::text = told_attempt;
    if failed_by is not null then
        perform app.note_failed_refund(owed_id, told_attempt, object ->> 'failure_reason');
        perform app.learn_fact(
            row(
                failed_by, 'refund_failure', payment.id, null, object ->> 'id', null,
                (object ->> 'amount')::bigint, null
            ),
            'Refund failed'
        );
    end if;
    return event;
end;
$$;
comment on function app.apply_refund_event is
    'Posts the refund, and its failure: the customer is then owed it again. A refund that failed '
    'before any money moved posts nothing.';
