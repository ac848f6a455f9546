-- Offers, quotes and approvals whose time is over; the escalation looks further or ends.

create function app.expire_overdue_offers()
    returns integer
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    escalation app.escalations;
    expired integer := 0;
    instant timestamptz := app.current_instant();
begin
    -- visible_until is the deadline of an offer in each of its states: to accept, to quote, to decide.
    for escalation in
        select *
        from app.escalations as e
        where e.status in ('offered', 'accepted', 'quoted')
            and exists (
                select
                from app.offers as o
                where o.escalation_id = e.id
                    and o.status in ('open', 'accepted')
                    and o.visible_until <= instant
            )
        order by e.id
        for update of e skip locked
    loop
        perform app.lose_offer(o.id, 'expired')
        from app.offers as o
        where o.escalation_id = escalation.id
            and o.status in ('open', 'accepted')
            and o.visible_until <= instant
        order by o.id;
        expired := expired + 1;
    end loop;

    for escalation in
        select e.*
        from app.escalations as e
        inner join app.repair_quotes as q on e.id = q.escalation_id
        inner join app.payments as p on q.id = p.quote_id
        cross join app.settings as t
        where e.status = 'approved'
            and q.status = 'approved'
            and q.decided_at + t.pay_repair_within <= instant
            and p.status <> 'processing'
        order by e.id
        for update of e skip locked
    loop
        perform app.end_escalation(escalation.id, 'expired', 'not paid in time');
        perform app.tell(escalation.customer_id, 'repair_not_paid', escalation.id);
        expired := expired + 1;
    end loop;
    return expired;
end;
$$;
comment on function app.expire_overdue_offers is
    'Writes down which offers, quotes and unpaid approvals the clock has ended; how many escalations.';
