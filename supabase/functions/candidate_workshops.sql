-- Workshops that may be offered an escalation now, with what the score looks at.

create function backend.candidate_workshops(escalation_id uuid)
    returns table (
        workshop_id uuid,
        fit text,
        distance_m double precision,
        rating_sum integer,
        rating_count integer,
        offers integer,
        accepted_offers integer,
        open_bays integer,
        free_bays integer,
        price_index double precision,
        recent_offers integer
    )
    language sql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
    with sought as (
        select
            e.id,
            e.mechanic_id,
            e.category,
            s.recommended_services,
            c.place,
            (select t.first_radius_m from app.settings as t) * power(1.5, e.wave) as radius_m,
            app.current_instant() as instant
        from app.escalations as e
        inner join app.escalation_snapshots as s on e.id = s.escalation_id
        inner join app.cities as c on e.city_id = c.id
        where e.id = candidate_workshops.escalation_id
            and e.status = 'matching'
    ),
    cities as materialized (  -- else every workshop's city may be measured
        -- The box finds cities by the index; the distance cuts its corners.
        select
            c.id,
            extensions.earth_distance(sought.place, c.place) as distance_m
        from sought
        inner join app.cities as c
            on c.place operator(extensions.<@) extensions.earth_box(sought.place, sought.radius_m)
    ),
    eligible as (
        select
            w.id,
            w.rating_sum,
            w.rating_count,
            w.open_bays,
            w.price_index,
            cities.distance_m,
            sought.instant,
            -- Makes are not recorded: exact is every recommended service.
            case
                when not exists (
                    select
                    from unnest(sought.recommended_services) as r (service)
                    where not exists (
                        select
                        from app.workshop_services as s
                        where s.workshop_id = w.id
                            and s.service = r.service
                    )
                ) then 'exact'
                else 'service'
            end as fit
        from sought
        cross join cities
        inner join app.workshops as w on cities.id = w.city_id
        inner join app.standings as standing on w.id = standing.workshop_id
        where cities.distance_m <= sought.radius_m
            and cities.distance_m <= w.radius_m
            and w.takes_escalations
            and w.payouts_enabled
            and standing.suspended_until <= sought.instant
            and standing.barred_until <= sought.instant
            and exists (
                select
                from app.workshop_services as s
                where s.workshop_id = w.id
                    and s.service = sought.category
            )
            and not exists (
                select
                from app.conflicts_of_interest as i
                where i.workshop_id = w.id
                    and i.mechanic_id = sought.mechanic_id
            )
            and w.id not in (
                select o.workshop_id
                from app.offers as o
                where o.escalation_id = candidate_workshops.escalation_id
            )
    )
    select
        eligible.id,
        eligible.fit,
        eligible.distance_m,
        eligible.rating_sum,
        eligible.rating_count,
        history.offers::integer,
        history.accepted_offers::integer,
        eligible.open_bays,
        (eligible.open_bays - load.taken_bays)::integer,
        eligible.price_index,
        history.recent_offers::integer
    from eligible
    cross join lateral (
        select count(*) as taken_bays
        from app.offers as o
        inner join app.escalations as e on o.escalation_id = e.id
        where o.workshop_id = eligible.id
            and o.status = 'accepted'
            and o.visible_until > eligible.instant
            and e.status not in ('done', 'closed')
    ) as load
    cross join lateral (
        select
            -- No mark against a workshop that was full, not fit for it, or not waited for.
            count(*) filter (
                where (o.status <> 'open' or o.accept_by <= eligible.instant)
                    and o.taken_back_at is null
                    and o.decline_code is distinct from 'no_capacity'
                    and o.decline_code is distinct from 'wrong_skill'
            ) as offers,
            count(*) filter (where o.status in ('accepted', 'lost')) as accepted_offers,
            count(*) filter (
                where o.offered_at > eligible.instant - interval '90 days'
            ) as recent_offers
        from app.offers as o
        where o.workshop_id = eligible.id
            and o.offered_at > eligible.instant - interval '180 days'
    ) as history
    where eligible.open_bays > load.taken_bays;
$$;
comment on function backend.candidate_workshops is
    'Every workshop within the wave''s radius and its own, that offers the service, has a free bay, '
    'takes escalations, is paid out, in good standing, has no tie to the mechanic, and was not offered '
    'the case before. Distance in metres between cities; offers of the last 180 days, recent ones of '
    '90. No row unless the escalation is being matched.';
grant execute on function backend.candidate_workshops to worker;
