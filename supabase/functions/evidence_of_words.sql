-- What evidence says of what was said about the work that was paid, and of what the customer did, and when.

create function app.evidence_of_words(payment app.payments)
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    said jsonb;
    done jsonb;
begin
    select
        coalesce(jsonb_agg(
            jsonb_build_object('at', m.sent_at, 'sender', m.sender, 'kind', m.kind, 'body', m.body)
            order by t.created_at, t.id, m.position
        ), '[]')
    into said
    from app.threads as t
    inner join app.messages as m on t.id = m.thread_id
    where (t.session_id = payment.session_id and t.offer_id is null)
        or t.offer_id = (
            select q.offer_id
            from app.repair_quotes as q
            where q.id = payment.quote_id
        );

    select coalesce(jsonb_agg(jsonb_build_object('at', a.at, 'act', a.act) order by a.at, a.act), '[]')
    into done
    from (
        select s.requested_at as at, 'requested the diagnostic' as act
        from app.diagnostic_sessions as s
        where s.id = app.paid_session(payment)
        union all
        select c.given_at, 'agreed to the monitoring notice, version ' || c.version::text
        from app.session_consents as c
        where c.session_id = app.paid_session(payment)
            and c.person_id = payment.customer_id
        union all
        select q.decided_at, 'approved version ' || q.version::text || ' of the quote'
        from app.repair_quotes as q
        where q.id = payment.quote_id
        union all
        select payment.paid_at, 'paid'
        union all
        select (s.value ->> 'at')::timestamptz, 'wrote a message'
        from jsonb_array_elements(said) as s (value)
        where s.value ->> 'sender' = 'customer'
        union all
        select e.ended_at, 'confirmed that the repair is done'
        from app.repair_quotes as q
        inner join app.escalations as e on q.escalation_id = e.id
        where q.id = payment.quote_id
            and e.status = 'closed'
        union all
        select r.asked_at, 'asked for a refund'
        from app.refund_requests as r
        where r.payment_id = payment.id
    ) as a;
    return jsonb_build_object('conversation', said, 'acts', done);
end;
$$;
comment on function app.evidence_of_words is
    'The conversation about what was paid (of a diagnostic with its mechanics, of a repair with its '
    'workshop), as delivered; senders are parties, not people. Acts are the customer''s; no IP address is '
    'stored here.';
