-- A mechanic sends a completed session on to workshops: once, with the case as it is now.

create function api.escalate_session(session_id uuid)
    returns uuid
    language plpgsql
    volatile
    security definer  -- mechanics hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
    customer app.customers;
    opened_id uuid;
begin
    perform app.lock_standing('may_take_work');
    select * into session
    from app.diagnostic_sessions as s
    where s.id = escalate_session.session_id
        and s.mechanic_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such session of the caller' using errcode = 'PT404';
    end if;
    if session.status <> 'completed' then
        raise exception 'the session is not completed' using errcode = 'PT409';
    end if;
    if exists (select from app.escalations as e where e.session_id = session.id) then
        raise exception 'the session was escalated before' using errcode = 'PT409';
    end if;
    select * into customer
    from app.customers as c
    where c.person_id = session.customer_id
        and c.last_initial is not null
        and c.city_id is not null;
    if not found then
        raise exception 'the customer''s profile is not complete' using errcode = 'PT409';
    end if;

    -- The service that the mechanic recommends first counts for more than the customer's guess.
    insert into app.escalations (session_id, customer_id, mechanic_id, category, city_id)
    values (
        session.id, session.customer_id, session.mechanic_id,
        coalesce(session.recommended_services[1], session.category), customer.city_id
    )
    returning id into opened_id;

    insert into app.escalation_snapshots (
        escalation_id, customer_first_name, customer_last_initial, vehicle_year, vehicle_make,
        vehicle_model, vehicle_colour, vin, diagnosis, recommended_services
    )
    select
        opened_id,
        i.customer_first_name,
        customer.last_initial,
        i.vehicle_year,
        i.vehicle_make,
        i.vehicle_model,
        i.vehicle_colour,
        i.vin,
        session.diagnosis,
        session.recommended_services
    from app.session_intake as i
    where i.session_id = session.id;

    perform app.settle_escalation(opened_id);
    perform app.tell(session.customer_id, 'session_escalated', opened_id);
    return opened_id;
end;
$$;
comment on function api.escalate_session is
    'Escalates the caller''s completed session to workshops, once; returns the escalation. PT404 if '
    'not the caller''s, PT409 unless completed, new, and of a customer who gave initial and city.';
grant execute on function api.escalate_session to mechanic;
