-- A dispute: what the customer contests, what the bank took for it, and who won.

create function app.apply_dispute_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    payment app.payments := app.charged_payment(object ->> 'charge');
    before jsonb;
    line jsonb;
    -- Within one second, further on is later.
    ranks constant text[] := array[
        'warning_needs_response', 'warning_under_review', 'needs_response', 'under_review'
    ];
begin
    if payment.id is null then
        event.state := 'waiting';
        event.reason := 'charge';
        event.awaits := object ->> 'charge';
        return event;
    end if;
    if jsonb_typeof(object -> 'amount') is distinct from 'number'
        or (object ->> 'amount')::bigint <= 0
    then
        event.reason := 'amount';
    elsif object ->> 'currency' is distinct from payment.currency then
        event.reason := 'currency';
    end if;
    if event.reason is not null then
        event.state := 'quarantined';
        return event;
    end if;

    before := app.begin_posting(payment.id);
    insert into app.disputes as d (
        id, payment_id, stripe_charge_id, amount_cents, reason, status, evidence_due_by,
        opened_at, told_at
    ) values (
        object ->> 'id',
        payment.id,
        object ->> 'charge',
        (object ->> 'amount')::bigint,
        object ->> 'reason',
        object ->> 'status',
        to_timestamp((object #>> '{evidence_details,due_by}')::bigint),
        to_timestamp(coalesce((object ->> 'created')::bigint, 0)),
        event.created_at
    )
    on conflict (id) do update
    set amount_cents = excluded.amount_cents,
        status = excluded.status,
        evidence_due_by = excluded.evidence_due_by,
        told_at = excluded.told_at
    where (
            not excluded.is_open,
            excluded.told_at,
            coalesce(array_position(ranks, excluded.status), 0)
        ) > (not d.is_open, d.told_at, coalesce(array_position(ranks, d.status), 0));
    if app.is_contested(payment.id)
        or (event.type = 'charge.dispute.closed' and object ->> 'status' = 'lost')
    then
        perform app.supersede_refund_request(payment.id);
    end if;
    perform app.post_difference(
        payment.id,
        before,
        'dispute:' || (object ->> 'id') || ':' || (object ->> 'status'),
        'Dispute lost',
        'Referral taken back'
    );

    if event.type in (
        'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated', 'charge.dispute.closed'
    ) then
        for line in
            select l
            from jsonb_array_elements(coalesce(object -> 'balance_transactions', '[]')) as l
        loop
            perform app.learn_fact(
                row(
                    line ->> 'id',
                    case
                        when (line ->> 'amount')::bigint < 0 then 'dispute_withdrawal'
                        else 'dispute_reinstatement'
                    end,
                    payment.id,
                    null,
                    object ->> 'id',
                    null,
                    abs((line ->> 'amount')::bigint),
                    null
                ),
                'Dispute',
                'Referral, after a dispute'
            );
            perform app.learn_balance_transaction(
                line, payment.id, 'stripe.dispute_fee', 'Stripe''s fee for a dispute'
            );
        end loop;
    end if;
    return event;
end;
$$;
comment on function app.apply_dispute_event is
    'Keeps the dispute''s state, and posts what it moved and, once lost, who bears it. While one is '
    'open, nothing of the payment is sent on, and no admin decides on a refund.';
