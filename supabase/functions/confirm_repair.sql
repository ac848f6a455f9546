-- A customer confirms that the repair is done; the conversation with the workshop ends.

create function api.confirm_repair(escalation_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    escalation app.escalations;
begin
    perform app.lock_standing('may_continue_work');
    select * into escalation
    from app.escalations as e
    where e.id = confirm_repair.escalation_id
        and e.customer_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such escalation of the caller' using errcode = 'PT404';
    end if;
    if escalation.status <> 'done' then
        raise exception 'no repair is waiting to be confirmed' using errcode = 'PT409';
    end if;

    update app.escalations as e
    set status = 'closed',
        ended_at = app.current_instant()
    where e.id = escalation.id;
    perform app.close_thread(t.id)
    from app.threads as t
    inner join app.offers as o on t.offer_id = o.id
    where o.escalation_id = escalation.id;
    perform app.tell_workshop(q.workshop_id, 'repair_confirmed', q.id)
    from app.repair_quotes as q
    where q.escalation_id = escalation.id
        and q.status = 'paid';
end;
$$;
comment on function api.confirm_repair is
    'Confirms a repair that the workshop finished. PT404 if not the caller''s, PT409 unless done.';
grant execute on function api.confirm_repair to customer;
