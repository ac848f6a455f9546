-- The worker invites the workshops it ranked best; whoever may not be invited any more is left out.

create function backend.offer_escalation(escalation_id uuid, config_version integer, choices jsonb)
    returns text
    language plpgsql
    volatile
    security definer  -- the worker holds no insert grant; this is the only way
    set search_path = ''
as $$
declare
    escalation app.escalations;
    instant timestamptz := app.current_instant();
begin
    -- A restriction that is being written is waited for, and seen below.
    perform
    from app.standings as s
    where s.workshop_id in (
        select c.workshop_id from jsonb_to_recordset(choices) as c (workshop_id uuid)
    )
    order by s.holder_id
    for share;
    update app.escalations as e
    set wave = e.wave + 1
    where e.id = offer_escalation.escalation_id
        and e.status = 'matching'
    returning * into escalation;
    if not found then
        -- The job was done before, or the customer cancelled.
        return (
            select e.status from app.escalations as e where e.id = offer_escalation.escalation_id
        );
    end if;

    insert into app.offers (
        escalation_id, workshop_id, wave, rank, eligible_count, config_version, score, terms,
        offered_at, accept_by, visible_until
    )
    select
        escalation.id,
        w.id,
        escalation.wave,
        c.rank,
        c.eligible_count,
        offer_escalation.config_version,
        c.score,
        c.terms,
        instant,
        instant + t.accept_offer_within,
        instant + t.accept_offer_within
    from jsonb_to_recordset(choices) as c (
        workshop_id uuid,
        rank integer,
        score double precision,
        eligible_count integer,
        terms jsonb
    )
    inner join app.workshops as w on c.workshop_id = w.id
    inner join app.standings as s on w.id = s.workshop_id
    cross join app.settings as t
    where w.takes_escalations
        and w.payouts_enabled
        and s.suspended_until <= instant
        and s.barred_until <= instant
        and c.rank <= t.offers_per_wave
        and not exists (
            select
            from app.conflicts_of_interest as i
            where i.workshop_id = w.id
                and i.mechanic_id = escalation.mechanic_id
        )
        and not exists (
            select
            from app.offers as o
            where o.workshop_id = w.id
                and o.escalation_id = escalation.id
        );

    insert into app.offer_cases (
        offer_id, workshop_id, visible_until, customer_first_name, customer_last_initial, city_id,
        vehicle_year, vehicle_make, vehicle_model, vehicle_colour, vin, diagnosis,
        recommended_services
    )
    select
        o.id,
        o.workshop_id,
        o.visible_until,
        s.customer_first_name,
        s.customer_last_initial,
        escalation.city_id,
        s.vehicle_year,
        s.vehicle_make,
        s.vehicle_model,
        s.vehicle_colour,
        s.vin,
        s.diagnosis,
        s.recommended_services
    from app.offers as o
    inner join app.escalation_snapshots as s on o.escalation_id = s.escalation_id
    where o.escalation_id = escalation.id
        and o.wave = escalation.wave;

    perform app.tell_workshop(o.workshop_id, 'offer_received', o.id)
    from app.offers as o
    where o.escalation_id = escalation.id
        and o.wave = escalation.wave;
    if found then
        perform app.tell(escalation.customer_id, 'workshops_invited', escalation.id);
    end if;
    perform app.settle_escalation(escalation.id);
    return (select e.status from app.escalations as e where e.id = escalation.id);
end;
$$;
comment on function backend.offer_escalation is
    'Offers the case to the choices [{workshop_id, rank, score, eligible_count, terms}] and returns the '
    'escalation''s state. Nobody to invite: the next wave looks further, after the last it is unfilled. '
    'Changes nothing unless the escalation is being matched.';
grant execute on function backend.offer_escalation to worker;
