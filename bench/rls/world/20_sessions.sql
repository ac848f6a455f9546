-- Sessions, and what their customers and mechanics wrote.

-- step: sessions

create temporary table sessions as
select
    s.n,
    pg_temp.id('session', s.n) as id,
    pg_temp.id('customer', s.customer) as customer_id,
    s.customer,
    s.status,
    case
        when s.status in ('active', 'completed') or s.was_absent then pg_temp.id('mechanic', s.mechanic)
    end as mechanic_id,
    w.names[1 + s.mechanic % 8] as mechanic_name,
    w.names[1 + s.customer % 8] as first_name,
    w.categories[1 + s.n % 6] as category,
    1995 + (s.n % 30)::integer as vehicle_year,
    w.makes[1 + s.n % 6] as vehicle_make,
    w.models[1 + s.n % 6] as vehicle_model,
    upper(translate(substr(md5('vin' || s.n), 1, 13), '0123456789', 'abcdefghjk'))
    || lpad((s.n % 10000)::text, 4, '0') as vin,
    s.requested_at,
    s.requested_at + interval '10 minutes' as paid_at,
    s.requested_at + interval '30 minutes' as accepted_at,
    s.requested_at + interval '90 minutes' as completed_at,
    s.status = 'completed' and pg_temp.chance('escalated', s.n) < 0.25 as is_escalated
from (
    select
        n,
        z.ends_at - (z.sessions - n) * z.between_sessions as requested_at,
        case
            when n % (z.sessions / 60) = 0 then 1
            else 1 + floor(z.customers * pg_temp.chance('customer', n) ^ 1.3)::bigint
        end as customer,
        case
            when pg_temp.chance('busy', n) < 0.03 then 1
            else 1 + floor(z.mechanics * pg_temp.chance('mechanic', n) ^ 1.2)::bigint
        end as mechanic,
        case
            when z.sessions - n < 250 then 'paid'
            when z.sessions - n < 400 then 'requested'
            when z.sessions - n < 400 + z.sessions / 200 then 'active'
            when pg_temp.chance('status', n) < 0.84 then 'completed'
            when pg_temp.chance('status', n) < 0.92 then 'expired'
            else 'cancelled'
        end as status,
        z.sessions - n >= 400 + z.sessions / 200 and pg_temp.chance('status', n) > 0.97 as was_absent
    from size as z
    cross join generate_series(1, z.sessions) as n
) as s
cross join words as w;

insert into app.diagnostic_sessions (
    id, customer_id, mechanic_id, mechanic_name, status, category, fee_schedule_version,
    requested_at, pay_by, paid_at, accept_by, accepted_at, ended_at, summary, diagnosis,
    recommended_services
)
select
    s.id,
    s.customer_id,
    s.mechanic_id,
    case when s.mechanic_id is not null then s.mechanic_name end,
    s.status,
    s.category,
    1,
    s.requested_at,
    s.requested_at + interval '24 hours',
    case when s.status not in ('requested', 'expired') then s.paid_at end,
    case
        when s.status = 'paid' then s.paid_at + interval '10 years'
        when s.status not in ('requested', 'expired') then s.paid_at + interval '2 hours'
    end,
    case when s.mechanic_id is not null then s.accepted_at end,
    case
        when s.status = 'completed' then s.completed_at
        when s.status in ('expired', 'cancelled') then s.requested_at + interval '1 day'
    end,
    case
        when s.status = 'completed'
            then substr(w.prose, 1, 40 + floor(200 * pg_temp.chance('summary', s.n))::integer)
    end,
    case
        when s.status = 'completed'
            then substr(w.prose, 90, 60 + floor(200 * pg_temp.chance('diagnosis', s.n))::integer)
    end,
    case when s.status = 'completed' then array[s.category] end
from sessions as s
cross join words as w
order by s.n;

-- step: intakes, queue, media

insert into app.session_intake (
    session_id, customer_id, active_mechanic_id, customer_first_name, concern, vehicle_year,
    vehicle_make, vehicle_model, vehicle_colour, vin, photo_count
)
select
    s.id,
    s.customer_id,
    case when s.status = 'active' then s.mechanic_id end,
    s.first_name,
    substr(w.prose, 1, 60 + floor(240 * pg_temp.chance('concern', s.n))::integer),
    s.vehicle_year,
    s.vehicle_make,
    s.vehicle_model,
    'grey',
    s.vin,
    case when pg_temp.chance('photo', s.n) < 0.4 then 1 else 0 end
from sessions as s
cross join words as w
order by s.n;

insert into app.queue_entries (
    session_id, category, vehicle_year, vehicle_make, vehicle_model, queued_at, accept_by
)
select
    s.id,
    s.category,
    s.vehicle_year,
    s.vehicle_make,
    s.vehicle_model,
    z.ends_at - (z.sessions - s.n) * interval '28 seconds',
    s.paid_at + interval '10 years'
from sessions as s
cross join size as z
where s.status = 'paid';

insert into app.media (id, session_id, customer_id, kind, path, registered_at, uploaded_at)
select
    pg_temp.id('media', s.n),
    s.id,
    s.customer_id,
    'photo',
    s.customer_id || '/' || pg_temp.id('media', s.n) || '.jpg',
    s.requested_at,
    s.requested_at + interval '1 minute'
from sessions as s
where pg_temp.chance('photo', s.n) < 0.4
order by s.n;
