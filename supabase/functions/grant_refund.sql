-- A refund request is granted, by a rule or by the admin who calls: the money is owed.

create function app.grant_refund(
    request app.refund_requests,
    payment app.payments,
    granted_cents bigint,
    rule text,
    reason text
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    update app.refund_requests as r
    set status = 'granted',
        settled_at = app.current_instant(),
        decided_by = case when grant_refund.rule is null then app.current_person_id() end,
        rule = grant_refund.rule,
        granted_cents = grant_refund.granted_cents,
        decision_reason = grant_refund.reason
    where r.id = request.id;
    perform app.owe_refund(
        payment, grant_refund.granted_cents, 'granted on request', request.id
    );
    perform app.tell(payment.customer_id, 'refund_granted', request.id);
    perform app.tell_workshop(q.workshop_id, 'payment_refunded', q.id)
    from app.repair_quotes as q
    where q.id = payment.quote_id;

    -- A diagnostic that nobody pays for any more is over.
    select * into session
    from app.diagnostic_sessions as s
    where s.id = payment.session_id
        and s.status in ('paid', 'active')
        and app.refundable_cents(payment.id) = 0;
    if found then
        perform app.cancel_paid_session(session.id, 'refunded');
        perform app.tell(s.mechanic_id, 'session_cancelled', s.id)
        from app.diagnostic_sessions as s
        where s.id = session.id
            and s.mechanic_id is not null;
    end if;
    perform app.end_refunded_repair(payment.id);
    perform app.recount_payables(payment.id);
end;
$$;
comment on function app.grant_refund is
    'Settles the request and owes the amount, in cents; an unfinished diagnostic or repair of which all is '
    'given back is cancelled. The caller holds app.lock_payment''s locks and has seen that as much is left.';
