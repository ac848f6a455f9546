-- A workshop turns an offer down, and keeps nothing of the case.

create function api.decline_offer(offer_id uuid, code text)
    returns void
    language plpgsql
    volatile
    security definer  -- workshops hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    offer app.offers;
    instant timestamptz := app.current_instant();
begin
    select * into offer
    from app.offers as o
    where o.id = decline_offer.offer_id
        and o.workshop_id = any(app.member_workshop_ids());
    if not found then
        raise exception 'no such offer of the caller''s workshops' using errcode = 'PT404';
    end if;
    perform app.lock_standing('may_continue_work', offer.workshop_id);
    if code is null then
        raise exception 'a reason code is needed' using errcode = 'PT422';
    end if;

    perform from app.escalations as e where e.id = offer.escalation_id for update;
    update app.offers as o
    set status = 'declined',
        answered_at = instant,
        decline_code = code,
        visible_until = '-infinity'
    where o.id = offer.id
        and o.status = 'open'
        and o.accept_by > instant;
    if not found then
        raise exception 'the offer is no longer open' using errcode = 'PT409';
    end if;
    perform app.settle_escalation(offer.escalation_id);
exception
    when check_violation then
        raise exception 'no such reason code' using errcode = 'PT422';
end;
$$;
comment on function api.decline_offer is
    'Declines an open offer: no_capacity, wrong_skill, too_far, not_interested or other. PT403 barred, '
    'PT404 not the caller''s, PT409 no longer open, PT422 for another code.';
grant execute on function api.decline_offer to workshop;
