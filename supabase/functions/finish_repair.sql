-- A workshop says that a paid repair is done.

create function api.finish_repair(offer_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- workshops hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    offer app.offers;
    escalation app.escalations;
    paid_quote_id uuid;
begin
    select * into offer
    from app.offers as o
    where o.id = finish_repair.offer_id
        and o.workshop_id = any(app.member_workshop_ids());
    if not found then
        raise exception 'no such offer of the caller''s workshops' using errcode = 'PT404';
    end if;
    perform app.lock_standing('may_continue_work', offer.workshop_id);

    select * into strict escalation
    from app.escalations as e
    where e.id = offer.escalation_id
    for update;
    if escalation.status <> 'paid' then
        raise exception 'no repair of the workshop is waiting to be done' using errcode = 'PT409';
    end if;
    select q.id into paid_quote_id
    from app.repair_quotes as q
    where q.offer_id = offer.id
        and q.status = 'paid';
    if not found then
        raise exception 'no repair of the workshop is waiting to be done' using errcode = 'PT409';
    end if;

    update app.escalations as e
    set status = 'done'
    where e.id = escalation.id;
    perform app.record_work_done(p.id)
    from app.payments as p
    where p.quote_id = paid_quote_id;
    perform app.tell(escalation.customer_id, 'repair_done', escalation.id);
end;
$$;
comment on function api.finish_repair is
    'Marks a paid repair done: the workshop and the mechanic have earned. PT403 barred, PT404 not the '
    'caller''s, PT409 not paid, or done before.';
grant execute on function api.finish_repair to workshop;
