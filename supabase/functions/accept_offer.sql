-- A workshop takes an offer: the case stays in sight, a bay is kept, a conversation opens.

create function api.accept_offer(offer_id uuid)
    returns uuid
    language plpgsql
    volatile
    security definer  -- workshops hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    offer app.offers;
    escalation app.escalations;
    workshop app.workshops;
    thread_id uuid;
    instant timestamptz := app.current_instant();
begin
    select * into offer
    from app.offers as o
    where o.id = accept_offer.offer_id
        and o.workshop_id = any(app.member_workshop_ids());
    if not found then
        raise exception 'no such offer of the caller''s workshops' using errcode = 'PT404';
    end if;
    perform app.lock_standing('may_take_work', offer.workshop_id);

    -- Whoever takes a bay of this workshop waits here for the one before.
    select * into strict workshop
    from app.workshops as w
    where w.id = offer.workshop_id
    for no key update;
    select * into strict escalation
    from app.escalations as e
    where e.id = offer.escalation_id
    for update;
    if workshop.open_bays <= (
        select count(*)
        from app.offers as o
        inner join app.escalations as e on o.escalation_id = e.id
        where o.workshop_id = workshop.id
            and o.status = 'accepted'
            and o.visible_until > instant
            and e.status not in ('done', 'closed')
    ) then
        raise exception 'the workshop has no free bay' using errcode = 'PT409';
    end if;

    update app.offers as o
    set status = 'accepted',
        answered_at = instant,
        quote_by = instant + t.quote_within,
        visible_until = instant + t.quote_within
    from app.settings as t
    where o.id = offer.id
        and o.status = 'open'
        and o.accept_by > instant
    returning o.* into offer;
    if not found then
        raise exception 'the offer is no longer open' using errcode = 'PT409';
    end if;

    perform app.record_consent(escalation.session_id);
    insert into app.threads (
        session_id, offer_id, customer_id, provider_id, provider_until, provider_name
    ) values (
        escalation.session_id, offer.id, escalation.customer_id, workshop.id, offer.visible_until,
        workshop.name
    )
    returning id into thread_id;
    perform app.settle_escalation(escalation.id);
    perform app.tell(escalation.customer_id, 'offer_accepted', thread_id);
    return thread_id;
end;
$$;
comment on function api.accept_offer is
    'Accepts an open offer to one of the caller''s workshops; returns the thread with the customer. '
    'A quote is due within the hours of app.settings. PT403 suspended or barred, PT404 not the '
    'caller''s, PT409 no longer open, no free bay, or no consent to monitoring.';
grant execute on function api.accept_offer to workshop;
