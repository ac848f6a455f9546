-- What a bar does to work under way: sessions are queued again, offers are lost, sockets fall silent.

create function app.end_open_work(holder_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    session_id uuid;
    escalation app.escalations;
    offer app.offers;
begin
    for session_id in
        select s.id
        from app.diagnostic_sessions as s
        where s.mechanic_id = end_open_work.holder_id
            and s.status = 'active'
        order by s.id
        for update
    loop
        perform app.requeue_session(session_id, 'session_queued_again');
    end loop;

    update app.referrals as r
    set status = 'withheld'
    where r.mechanic_id = end_open_work.holder_id
        and r.status in ('pending', 'earned', 'payable');

    for escalation in
        select e.*
        from app.escalations as e
        inner join app.offers as o on e.id = o.escalation_id
        where o.workshop_id = end_open_work.holder_id
            and o.status = 'accepted'
            and e.status = 'approved'
        order by e.id
        for update of e
    loop
        perform app.end_escalation(escalation.id, 'withdrawn', 'the workshop was barred');
        perform app.tell(escalation.customer_id, 'escalation_cancelled', escalation.id);
    end loop;

    for offer in
        select o.*
        from app.offers as o
        inner join app.escalations as e on o.escalation_id = e.id
        where o.workshop_id = end_open_work.holder_id
            and e.status in ('offered', 'accepted', 'quoted')
        order by e.id, o.id
        for update of e, o
    loop
        -- Which leaves alone an offer that was declined or lost before.
        perform app.lose_offer(offer.id, 'withdrawn');
    end loop;

    -- Paid repairs stay with the admins; nobody listens in any more.
    perform app.move_topic(t.id)
    from app.threads as t
    where t.is_open
        and t.provider_id in (
            select end_open_work.holder_id
            union all
            select m.workshop_id
            from app.workshop_members as m
            where m.person_id = end_open_work.holder_id
                and m.removed_at is null
        );
end;
$$;
comment on function app.end_open_work is
    'Ends what a barred mechanic, advisor or workshop had open. The caller holds the standing.';
