-- A year of the platform, made by the set: what make bench-rls reads. bench.sessions says how many sessions.
--
-- Each part below is one step of the progress bar. The rows keep every constraint; foreign keys are
-- checked at the end, since triggers are off while loading. Everything follows from a row's number
-- by hashing: the same count gives the same world, but for the day on which it ends.
--
--   customers    2 for 5 sessions; number 1 comes back, 60 times
--   mechanics    1 for 250 sessions; number 1 does one session in 33
--   workshops    50, and 1 for 500 sessions; number 1 gets one offer in 12, and its advisor has two workshops
--   admins       3
--   sessions     the newest 250 wait in the queue, 150 are unpaid, 600 active; of the rest 84 % are
--                completed, and a quarter of those escalated to three workshops or fewer
--   messages     at least 10 a session; one thread of 2000
--
-- However many sessions a year has, those that wait at one moment are as many as fit into two hours:
-- about 230 of a million. What is open keeps its deadline for years, so that a cached world stays open.

-- step: helpers

create function pg_temp.id(kind text, number bigint) returns uuid
    language sql immutable
    return md5(kind || ' ' || number)::uuid;

create function pg_temp.chance(kind text, number bigint) returns double precision
    language sql immutable
    return (hashint8extended(number, hashtext(kind)) & 1048575) / 1048576.0;  -- in [0, 1)

create temporary table size as
select
    s.sessions,
    s.sessions * 2 / 5 as customers,
    s.sessions / 250 as mechanics,
    50 + s.sessions / 500 as workshops,
    date_trunc('minute', now()) as ends_at,
    interval '365 days' / s.sessions as between_sessions
from (select current_setting('bench.sessions')::bigint as sessions) as s;

create temporary table words as
select
    'It makes a grinding noise when I brake, mostly in the morning and when the road is wet. The '
    'pads were changed a year ago by a garage that has closed since. There is no light on the '
    'dashboard, but the pedal feels softer than it used to, and on the motorway the steering wheel '
    'shakes above sixty. Could it be the discs, or is a wheel bearing going?' as prose,
    array['brakes', 'engine', 'cooling', 'electrical', 'suspension', 'gearbox'] as categories,
    array['Honda', 'Ford', 'Toyota', 'Chevrolet', 'Subaru', 'Mazda'] as makes,
    array['Civic', 'Focus', 'Corolla', 'Malibu', 'Forester', 'Three'] as models,
    array['Ana', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hana'] as names;

-- step: reference data

insert into app.services (code, name)
select c.code, initcap(c.code)
from words as w
cross join unnest(w.categories) as c (code)
on conflict do nothing;

insert into app.cities (id, name, region, latitude, longitude)
select pg_temp.id('city', n), 'City ' || n, 'Region ' || n % 10, 30 + n % 15, -120 + n % 45
from generate_series(1, 60) as n;

-- step: people

create temporary table accounts as
select
    pg_temp.id('customer', n) as id,
    'customer' as persona,
    n,
    z.ends_at - interval '365 days' + n * interval '365 days' / z.customers as created_at
from size as z
cross join generate_series(1, z.customers) as n
union all
select
    pg_temp.id('mechanic', n), 'mechanic', n, z.ends_at - interval '400 days' + n * interval '1 minute'
from size as z
cross join generate_series(1, z.mechanics) as n
union all
select
    pg_temp.id('advisor', n), 'workshop', n, z.ends_at - interval '399 days' + n * interval '1 minute'
from size as z
cross join generate_series(1, z.workshops) as n
union all
select pg_temp.id('admin', n), 'platform_admin', n, z.ends_at - interval '500 days' + n * interval '1 minute'
from size as z
cross join generate_series(1, 3) as n;

insert into auth.users (id, aud, role, email, encrypted_password, created_at, updated_at)
select a.id, 'authenticated', a.persona, a.persona || a.n || '@bench.test', '', a.created_at, a.created_at
from accounts as a;

insert into app.people (id, persona, created_at)
select a.id, a.persona, a.created_at
from accounts as a;

insert into app.contact_details (person_id, email, full_name, phone, street, postal_code)
select
    a.id,
    a.persona || a.n || '@bench.test',
    'Person ' || a.n,
    '+1555' || lpad((a.n % 10000000)::text, 7, '0'),
    a.n || ' Main Street',
    lpad((a.n % 100000)::text, 5, '0')
from accounts as a;

insert into app.customers (person_id, first_name, last_initial, city_id)
select a.id, w.names[1 + a.n % 8], chr(65 + (a.n % 26)::integer), pg_temp.id('city', 1 + a.n % 60)
from accounts as a
cross join words as w
where a.persona = 'customer';

insert into app.mechanics (person_id, display_name)
select a.id, w.names[1 + a.n % 8]
from accounts as a
cross join words as w
where a.persona = 'mechanic';

insert into app.standings (person_id)
select a.id
from accounts as a;

-- step: workshops

insert into app.workshops (id, name, city_id, rating_sum, rating_count, created_at)
select
    pg_temp.id('workshop', n),
    'Garage ' || translate(n::text, '0123456789', 'abcdefghij'),
    pg_temp.id('city', 1 + n % 60),
    4 * (n % 50),
    n % 50,
    z.ends_at - interval '400 days' + n * interval '1 second'
from size as z
cross join generate_series(1, z.workshops) as n;

insert into app.workshop_services (workshop_id, service)
select pg_temp.id('workshop', n), w.categories[1 + (n + k) % 6]
from size as z
cross join words as w
cross join generate_series(1, z.workshops) as n
cross join generate_series(0, 3) as k;

insert into app.workshop_members (workshop_id, person_id, joined_at)
select pg_temp.id('workshop', n), pg_temp.id('advisor', n), z.ends_at - interval '390 days'
from size as z
cross join generate_series(1, z.workshops) as n
union all
select pg_temp.id('workshop', 2), pg_temp.id('advisor', 1), z.ends_at - interval '390 days'
from size as z;

insert into app.standings (workshop_id)
select w.id
from app.workshops as w;

insert into app.conflicts_of_interest (mechanic_id, workshop_id, reason)
select pg_temp.id('mechanic', n), pg_temp.id('workshop', 1 + n % z.workshops), 'The same owner.'
from size as z
cross join generate_series(1, z.mechanics, 20) as n;

insert into app.invitations (
    id, token_hash, email, persona, workshop_id, invited_by, created_at, expires_at, accepted_at,
    accepted_by
)
select
    pg_temp.id('invitation of a ' || a.persona, a.n),
    sha256(a.id::text::bytea),
    a.persona || a.n || '@bench.test',
    a.persona,
    case when a.persona = 'workshop' then pg_temp.id('workshop', a.n) end,
    pg_temp.id('admin', 1),
    a.created_at,
    a.created_at + interval '7 days',
    a.created_at + interval '1 day',
    a.id
from accounts as a
where a.persona in ('mechanic', 'workshop');

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
            when z.sessions - n < 1000 then 'active'
            when pg_temp.chance('status', n) < 0.84 then 'completed'
            when pg_temp.chance('status', n) < 0.92 then 'expired'
            else 'cancelled'
        end as status,
        z.sessions - n >= 1000 and pg_temp.chance('status', n) > 0.97 as was_absent
    from size as z
    cross join generate_series(1, z.sessions) as n
) as s
cross join words as w;

insert into app.diagnostic_sessions (
    id, customer_id, mechanic_id, mechanic_name, status, category, fee_schedule_version,
    requested_at, pay_by, paid_at, accept_by, accepted_at, ended_at
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
    end
from sessions as s
order by s.n;

-- step: intakes, outcomes, queue, media

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

insert into app.session_outcome (
    session_id, customer_id, mechanic_id, summary, diagnosis, recommended_services, completed_at
)
select
    s.id,
    s.customer_id,
    s.mechanic_id,
    substr(w.prose, 1, 40 + floor(200 * pg_temp.chance('summary', s.n))::integer),
    substr(w.prose, 90, 60 + floor(200 * pg_temp.chance('diagnosis', s.n))::integer),
    array[s.category],
    s.completed_at
from sessions as s
cross join words as w
where s.status = 'completed'
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

-- step: escalations and offers

create temporary table cases as
select
    e.n,
    e.customer,
    e.customer_id,
    e.mechanic_id,
    e.first_name,
    e.category,
    e.vehicle_year,
    e.vehicle_make,
    e.vehicle_model,
    e.vin,
    pg_temp.id('escalation', e.n) as id,
    e.completed_at + interval '5 minutes' as created_at,
    case
        when e.newest <= 100 then 'offered'
        when e.newest <= 250 then 'quoted'
        when e.newest <= 350 then 'paid'
        when pg_temp.chance('case', e.n) < 0.7 then 'closed'
        when pg_temp.chance('case', e.n) < 0.9 then 'cancelled'
        else 'unfilled'
    end as status
from (
    select s.*, row_number() over (order by s.n desc) as newest
    from sessions as s
    where s.is_escalated
) as e;

insert into app.escalations (
    id, session_id, customer_id, mechanic_id, status, category, city_id, wave, created_at, ended_at
)
select
    c.id,
    pg_temp.id('session', c.n),
    c.customer_id,
    c.mechanic_id,
    c.status,
    c.category,
    pg_temp.id('city', 1 + c.customer % 60),
    1,
    c.created_at,
    case
        when c.status in ('closed', 'cancelled', 'unfilled') then c.created_at + interval '5 days'
    end
from cases as c
order by c.n;

insert into app.escalation_snapshots (
    escalation_id, customer_first_name, customer_last_initial, vehicle_year, vehicle_make,
    vehicle_model, vehicle_colour, vin, diagnosis, recommended_services
)
select
    c.id, c.first_name, chr(65 + (c.customer % 26)::integer), c.vehicle_year, c.vehicle_make,
    c.vehicle_model, 'grey', c.vin, substr(w.prose, 90, 160), array[c.category]
from cases as c
cross join words as w;

-- The workshops of one case are a third of all apart: three different ones.
create temporary table invited as
select
    c.n,
    c.customer,
    c.customer_id,
    c.first_name,
    c.id as escalation_id,
    c.created_at,
    c.status as case_status,
    c.category,
    k,
    pg_temp.id('offer ' || k, c.n) as id,
    pg_temp.id('workshop', 1 + (c.base + k * (z.workshops / 3)) % z.workshops) as workshop_id,
    1 + (c.base + k * (z.workshops / 3)) % z.workshops as workshop,
    case
        when c.status = 'offered' then 'open'
        when c.status in ('quoted', 'paid', 'closed') and k = 0 then 'accepted'
        when c.status = 'quoted' and k = 1 then 'accepted'
        when c.status in ('paid', 'closed') and k = 1 then 'lost'
        when c.status = 'cancelled' and k = 0 then 'lost'
        when k = 1 then 'declined'
        else 'expired'
    end as status
from (
    select
        e.*,
        case
            when pg_temp.chance('popular', e.n) < 0.25 then 0
            else floor((select workshops from size) * pg_temp.chance('workshop', e.n) ^ 1.2)::bigint
        end as base
    from cases as e
) as c
cross join size as z
cross join generate_series(0, 2) as k
where k <= floor(3 * pg_temp.chance('invited', c.n));

alter table invited add column visible_until timestamptz;
update invited as i
set visible_until = case
    when i.status = 'open' then i.created_at + interval '10 years'
    when i.status = 'accepted' and i.case_status = 'quoted' then i.created_at + interval '10 years'
    when i.status = 'accepted' then 'infinity'
    else '-infinity'
end;

insert into app.offers (
    id, escalation_id, workshop_id, wave, rank, eligible_count, config_version, score, terms, status,
    offered_at, accept_by, answered_at, quote_by, decline_code, visible_until
)
select
    i.id,
    i.escalation_id,
    i.workshop_id,
    1,
    i.k + 1,
    5,
    1,
    0.9 - 0.1 * i.k,
    '{"fit": 1, "proximity": 0.7, "rating": 0.8, "accept": 0.6, "capacity": 0.5, "price": 0.4}',
    i.status,
    i.created_at + interval '1 minute',
    case
        when i.status = 'open' then i.visible_until
        else i.created_at + interval '2 hours'
    end,
    case
        when i.status in ('accepted', 'declined', 'lost') then i.created_at + interval '1 hour'
    end,
    case when i.status in ('accepted', 'lost') then i.created_at + interval '9 hours' end,
    case when i.status = 'declined' then 'no_capacity' end,
    i.visible_until
from invited as i
order by i.n;

insert into app.offer_cases (
    offer_id, workshop_id, visible_until, customer_first_name, customer_last_initial, city_id,
    vehicle_year, vehicle_make, vehicle_model, vehicle_colour, vin, diagnosis, recommended_services
)
select
    i.id,
    i.workshop_id,
    i.visible_until,
    e.customer_first_name,
    e.customer_last_initial,
    pg_temp.id('city', 1 + i.customer % 60),
    e.vehicle_year,
    e.vehicle_make,
    e.vehicle_model,
    e.vehicle_colour,
    e.vin,
    e.diagnosis,
    e.recommended_services
from invited as i
inner join app.escalation_snapshots as e on i.escalation_id = e.escalation_id
order by i.n;

-- step: quotes and referrals

create temporary table quotes as
select
    i.n,
    pg_temp.id('quote ' || i.k || ' ' || v.version, i.n) as id,
    i.id as offer_id,
    i.escalation_id,
    i.workshop_id,
    i.customer_id,
    i.case_status,
    v.version,
    case
        when i.case_status = 'quoted' and v.version = 1 and v.last = 2 then 'superseded'
        when i.case_status = 'quoted' then 'sent'
        when i.status = 'lost' then 'declined'
        when v.version < v.last then 'superseded'
        else 'paid'
    end as status,
    i.created_at + interval '3 hours' + v.version * interval '1 hour' as sent_at,
    (20000 + floor(80000 * pg_temp.chance('parts', i.n + v.version)))::bigint as unit_cents
from invited as i
cross join lateral (
    select version, last
    from (select case when pg_temp.chance('versions', i.n) < 0.3 then 2 else 1 end as last) as l
    cross join generate_series(1, l.last) as version
) as v
where i.status in ('accepted', 'lost');

insert into app.repair_quotes (
    id, offer_id, escalation_id, workshop_id, customer_id, version, status, notes, parts_cents,
    labour_cents, tax_cents, warranty_months, distance_km, created_at, sent_at, valid_until,
    decided_at
)
select
    q.id, q.offer_id, q.escalation_id, q.workshop_id, q.customer_id, q.version, q.status,
    'Discs and pads, both sides; the fluid is changed too.', q.unit_cents + 2 * 1500,
    q.unit_cents / 2, 900, 12, 20, q.sent_at - interval '20 minutes', q.sent_at,
    q.sent_at + case when q.status = 'sent' then interval '10 years' else interval '7 days' end,
    case when q.status in ('declined', 'paid') then q.sent_at + interval '1 day' end
from quotes as q
order by q.n;

insert into app.repair_quote_items (
    quote_id, position, workshop_id, customer_id, kind, description, quantity, unit_cents
)
select q.id, i.position, q.workshop_id, q.customer_id, i.kind, i.description, i.quantity, i.unit_cents
from quotes as q
cross join lateral (
    values
    (1, 'part', 'Brake discs', 1, q.unit_cents),
    (2, 'part', 'Brake pads', 2, 1500),
    (3, 'labour', 'Fitting', 1, q.unit_cents / 2)
) as i (position, kind, description, quantity, unit_cents)
order by q.n;

insert into app.referrals (
    id, escalation_id, mechanic_id, status, amount_cents, currency, created_at, earned_at,
    payable_from
)
select
    pg_temp.id('referral', c.n),
    c.id,
    c.mechanic_id,
    case c.status when 'paid' then 'pending' else 'payable' end,
    q.unit_cents / 20,
    'usd',
    q.sent_at + interval '1 day',
    case c.status when 'closed' then q.sent_at + interval '3 days' end,
    case c.status when 'closed' then q.sent_at + interval '10 days' end
from cases as c
inner join quotes as q on c.id = q.escalation_id and q.status = 'paid'
order by c.n;

insert into app.contact_releases (
    offer_id, workshop_id, customer_id, phone, released_at, visible_until
)
select
    q.offer_id, q.workshop_id, q.customer_id, '+15550000000', q.sent_at + interval '2 days',
    case
        when q.case_status = 'paid' then q.sent_at + interval '10 years'
        else q.sent_at + interval '16 days'
    end
from quotes as q
where q.status = 'paid';

-- step: threads

create temporary table talks as
select
    row_number() over (order by t.created_at, t.id) as n,
    t.*
from (
    select
        pg_temp.id('thread', s.n) as id,
        s.id as session_id,
        null::uuid as offer_id,
        s.customer_id,
        s.mechanic_id as provider_id,
        s.mechanic_id as writer_id,
        'mechanic' as party,
        'infinity'::timestamptz as provider_until,
        s.mechanic_name as provider_name,
        s.status = 'active' as is_open,
        s.accepted_at as created_at,
        case
            when s.n = z.longest then 2000
            else 3 + floor(22 * pg_temp.chance('length', s.n) ^ 2)::integer
        end as length
    from sessions as s
    cross join (
        select max(l.n) as longest
        from sessions as l
        where l.status = 'completed'
            and l.customer = 1
            and l.mechanic_id is not null
    ) as z
    where s.mechanic_id is not null
    union all
    select
        pg_temp.id('thread ' || i.k, i.n),
        pg_temp.id('session', i.n),
        i.id,
        i.customer_id,
        i.workshop_id,
        pg_temp.id('advisor', i.workshop),
        'workshop',
        i.visible_until,
        'Garage ' || translate(i.workshop::text, '0123456789', 'abcdefghij'),
        i.visible_until > '-infinity' and i.case_status <> 'closed',
        i.created_at + interval '1 hour',
        3 + floor(22 * pg_temp.chance('length ' || i.k, i.n) ^ 2)::integer
    from invited as i
    where i.status in ('accepted', 'lost')
) as t;

insert into app.threads (
    id, session_id, offer_id, customer_id, provider_id, provider_until, provider_name, is_open,
    last_position, flagged_at, created_at
)
select
    t.id,
    t.session_id,
    t.offer_id,
    t.customer_id,
    t.provider_id,
    t.provider_until,
    t.provider_name,
    t.is_open,
    t.length,
    case when t.n % 100 = 0 then t.created_at + interval '2 minutes' end,
    t.created_at
from talks as t
order by t.n;

-- step: messages

insert into app.messages (
    id, thread_id, position, customer_id, provider_id, provider_until, sender, sender_id,
    client_message_id, body, sent_at
)
select
    pg_temp.id('message ' || t.n, p),
    t.id,
    p,
    t.customer_id,
    t.provider_id,
    t.provider_until,
    w.sender,
    case w.sender when 'customer' then t.customer_id when t.party then t.writer_id end,
    case when w.sender <> 'system' then pg_temp.id('client ' || t.n, p) end,
    substr(l.prose, 1 + (p % 80)::integer, 20 + floor(200 * pg_temp.chance('body', t.n + p))::integer),
    t.created_at + p * interval '40 seconds'
from talks as t
cross join words as l
cross join generate_series(1, t.length) as p
cross join lateral (
    select case when p = 1 then 'system' when p % 2 = 0 then 'customer' else t.party end as sender
) as w
order by t.n, p;

-- step: conduct

insert into app.raw_messages (message_id, body, kept_at)
select pg_temp.id('message ' || t.n, 3), 'Call me: 555 0100', t.created_at + interval '2 minutes'
from talks as t
where t.n % 100 = 0;

insert into app.contact_flags (
    id, message_id, thread_id, person_id, raised_by, kinds, severity, status, created_at, proposed_by,
    decided_by, decided_at, decision_reason
)
select
    pg_temp.id('flag', f.n),
    pg_temp.id('message ' || f.n, 3),
    f.id,
    f.writer_id,
    'filter',
    '{phone}',
    (array['S1', 'S1', 'S1', 'S2', 'S3'])[1 + f.n / 100 % 5],
    f.status,
    f.created_at + interval '2 minutes',
    case when f.status <> 'open' then pg_temp.id('admin', 2) end,
    case when f.status <> 'open' then pg_temp.id('admin', 1) end,
    case when f.status <> 'open' then f.created_at + interval '1 day' end,
    case when f.status <> 'open' then 'Read in its thread.' end
from (
    select
        t.*,
        case
            when t.n > (select max(n) - least(max(n) / 2, 5000) from talks) then 'open'
            when pg_temp.chance('flag', t.n) < 0.2 then 'confirmed'
            else 'dismissed'
        end as status
    from talks as t
    where t.n % 100 = 0
) as f
order by f.n;

insert into app.violations (
    id, flag_id, person_id, holder_id, number, severity, clause, facts, decided_by, seconded_by,
    decided_at
)
select
    md5('violation ' || f.id)::uuid,
    f.id,
    f.person_id,
    f.person_id,
    row_number() over (partition by f.person_id order by f.decided_at),
    f.severity,
    '4.2',
    'A telephone number was written.',
    f.decided_by,
    f.proposed_by,
    f.decided_at
from app.contact_flags as f
where f.status = 'confirmed';

insert into app.restrictions (
    id, holder_id, kind, off_platform, clause, facts, jurisdiction, appeal_by, noticed_at, starts_at,
    ends_at, decided_by
)
select
    pg_temp.id('restriction', n),
    pg_temp.id('mechanic', n),
    'suspended',
    false,
    '4.2',
    'A telephone number was written, twice.',
    (select min(j.code) from app.jurisdictions as j),
    z.ends_at - interval '40 days',
    z.ends_at - interval '70 days',
    z.ends_at - interval '70 days',
    z.ends_at - interval '60 days',
    pg_temp.id('admin', 2)
from size as z
cross join generate_series(1, z.mechanics, 10) as n;

insert into app.notices (id, person_id, kind, about_id, created_at)
select pg_temp.id('notice ' || k.kind, s.n), k.person_id, k.kind, s.id, k.at
from sessions as s
cross join lateral (
    values
    ('session_accepted', s.customer_id, s.accepted_at),
    ('session_completed', s.customer_id, s.completed_at),
    ('session_queued', s.mechanic_id, s.paid_at)
) as k (kind, person_id, at)
where s.mechanic_id is not null
order by s.n;

insert into app.audit_log (id, at, actor_id, action, subject, subject_id, reason)
select
    pg_temp.id('audit', s.n),
    s.requested_at,
    pg_temp.id('admin', 1 + s.n % 3),
    'read_contact',
    'person',
    s.customer_id,
    'A chargeback.'
from sessions as s
where s.n % 5 = 0
order by s.n;

-- step: payments

create temporary table paid as
select
    s.n,
    pg_temp.id('payment', s.n) as id,
    s.customer_id,
    'diagnostic' as purpose,
    s.id as session_id,
    null::uuid as quote_id,
    2500::bigint as amount_cents,
    case
        when s.status = 'requested' then 'pending'
        when s.status = 'expired' then 'expired'
        else 'paid'
    end as status,
    s.requested_at as created_at,
    case when s.status = 'completed' then s.completed_at end as done_at,
    'payable.mechanic' as payee,
    s.mechanic_id as payee_id,
    0::bigint as referral_cents,
    null::uuid as referrer_id
from sessions as s
union all
select
    q.n,
    pg_temp.id('repair payment', q.n),
    q.customer_id,
    'repair',
    null,
    q.id,
    r.total_cents,
    'paid',
    q.sent_at + interval '1 day',
    case q.case_status when 'closed' then q.sent_at + interval '3 days' end,
    'payable.workshop',
    q.workshop_id,
    f.amount_cents,
    f.mechanic_id
from quotes as q
inner join app.repair_quotes as r on q.id = r.id
inner join app.referrals as f on q.escalation_id = f.escalation_id
where q.status = 'paid';

insert into app.payments (
    id, customer_id, purpose, session_id, quote_id, amount_cents, currency, fee_schedule_version,
    status, created_at, paid_at, work_done_at, earned_at, charged_cents
)
select
    p.id,
    p.customer_id,
    p.purpose,
    p.session_id,
    p.quote_id,
    p.amount_cents,
    'usd',
    1,
    p.status,
    p.created_at,
    case p.status when 'paid' then p.created_at + interval '5 minutes' end,
    p.done_at,
    p.done_at,
    case p.status when 'paid' then p.amount_cents else 0 end
from paid as p
order by p.created_at;

insert into app.refund_requests (id, payment_id, customer_id, amount_cents, reason, requested_at)
select
    pg_temp.id('refund', p.n), p.id, p.customer_id, p.amount_cents, 'cancelled',
    p.created_at + interval '1 day'
from paid as p
inner join app.diagnostic_sessions as s on p.session_id = s.id
where s.status = 'cancelled'
    and p.status = 'paid';

insert into app.checkout_attempts (
    payment_id, attempt, status, stripe_session_id, created_at, expires_at
)
select
    p.id, 1, 'closed', 'cs_' || replace(p.id::text, '-', ''), p.created_at,
    p.created_at + interval '1 day'
from paid as p
where p.status = 'paid';

insert into app.stripe_events (
    id, type, raw, payload, created_at, received_at, state, applied_at
)
select
    'evt_' || replace(p.id::text, '-', ''),
    'charge.succeeded',
    b.body::bytea,
    b.body::jsonb,
    p.created_at,
    p.created_at + interval '5 minutes',
    'done',
    p.created_at + interval '5 minutes'
from paid as p
cross join lateral (
    select
        '{"type": "charge.succeeded", "data": {"object": {"object": "charge", "paid": true, "amount": '
        || p.amount_cents || ', "metadata": {"payment_id": "' || p.id || '"}}}}' as body
) as b
where p.status = 'paid'
order by p.created_at;

insert into app.money_facts (id, kind, payment_id, amount_cents, learned_at)
select
    'ch_' || replace(p.id::text, '-', ''), 'charge', p.id, p.amount_cents,
    p.created_at + interval '5 minutes'
from paid as p
where p.status = 'paid';

insert into app.balance_transactions (
    id, type, source, amount_cents, fee_cents, currency, created_at, learned_at
)
select
    'txn_' || replace(p.id::text, '-', ''), 'charge', 'ch_' || replace(p.id::text, '-', ''),
    p.amount_cents, 30 + p.amount_cents * 29 / 1000, 'usd', p.created_at, p.created_at
from paid as p
where p.status = 'paid';

insert into app.disputes (
    id, payment_id, stripe_charge_id, amount_cents, reason, status, opened_at, told_at
)
select
    'dp_' || replace(p.id::text, '-', ''), p.id, 'ch_' || replace(p.id::text, '-', ''),
    p.amount_cents, 'fraudulent', 'won', p.created_at + interval '20 days',
    p.created_at + interval '60 days'
from paid as p
where p.status = 'paid'
    and p.n % 300 = 0;

insert into app.connected_accounts (
    owner_id, owner_kind, stripe_account_id, transfers, payouts_enabled, created_at
)
select m.person_id, 'mechanic', 'acct_' || m.person_id, 'active', true, z.ends_at - interval '390 days'
from app.mechanics as m
cross join size as z
union all
select w.id, 'workshop', 'acct_' || w.id, 'active', true, w.created_at
from app.workshops as w;

insert into app.payables (
    id, payment_id, part, payee_kind, payee_id, about_id, currency, earned_at, held_until,
    earned_cents, sent_cents
)
select
    pg_temp.id('payable ' || p.purpose || e.part, p.n),
    p.id,
    e.part,
    e.kind,
    e.payee_id,
    coalesce(p.session_id, p.quote_id),
    'usd',
    p.done_at,
    p.done_at + interval '7 days',
    e.cents,
    case when p.done_at < z.ends_at - interval '7 days' then e.cents else 0 end
from paid as p
cross join size as z
cross join lateral (
    values
    ('work', substr(p.payee, 9), p.payee_id, p.amount_cents - p.amount_cents / 10),
    ('referral', 'mechanic', p.referrer_id, p.referral_cents)
) as e (part, kind, payee_id, cents)
where p.done_at is not null
    and e.cents > 0
order by p.done_at;

insert into app.transfers (
    payment_id, part, attempt, amount_cents, status, stripe_transfer_id, created_at
)
select
    p.payment_id, p.part, 1, p.sent_cents, 'sent', 'tr_' || replace(p.id::text, '-', ''),
    p.held_until
from app.payables as p
where p.sent_cents > 0
order by p.held_until;

insert into app.payouts (id, stripe_account_id, amount_cents, currency, told_at, paid_at)
select
    'po_' || replace(p.id::text, '-', ''), 'acct_' || p.payee_id, p.sent_cents, 'usd',
    p.held_until + interval '1 day', p.held_until + interval '3 days'
from app.payables as p
where p.sent_cents > 0
    and get_byte(uuid_send(p.id), 15) < 64
order by p.held_until;

-- step: ledger

create temporary table facts as
select
    pg_temp.id(f.key, p.n) as transaction_id,
    f.key || ':' || p.id as source_key,
    p.id as payment_id,
    f.description,
    f.at as posted_at,
    e.account,
    e.owner_id,
    e.amount_cents
from paid as p
cross join lateral (
    values
    (p.purpose || ' charge', 'Payment received', p.created_at + interval '5 minutes', p.status = 'paid'),
    (p.purpose || ' done', 'Work done', p.done_at, p.done_at is not null),
    (p.purpose || ' referral', 'Referral', p.done_at, p.done_at is not null and p.referral_cents > 0)
) as f (key, description, at, happened)
cross join lateral (
    values
    ('charge', 'stripe.balance', null::uuid, p.amount_cents),
    ('charge', 'customer.held', p.id, -p.amount_cents),
    ('done', 'customer.held', p.id, p.amount_cents),
    ('done', p.payee, p.payee_id, p.amount_cents / 10 - p.amount_cents),
    ('done', 'platform.fee', null, -(p.amount_cents / 10)),
    ('referral', 'referral.expense', null, p.referral_cents),
    ('referral', 'payable.mechanic', p.referrer_id, -p.referral_cents)
) as e (key, account, owner_id, amount_cents)
where f.happened
    and f.key like '%' || e.key;

insert into app.ledger_transactions (
    id, source_key, description, payment_id, fee_schedule_version, posted_at
)
select distinct on (f.posted_at, f.transaction_id)
    f.transaction_id, f.source_key, f.description, f.payment_id, 1, f.posted_at
from facts as f
order by f.posted_at, f.transaction_id;

insert into app.ledger_accounts (id, name, owner_id, currency, balance_cents)
select
    md5(f.account || coalesce(f.owner_id::text, ''))::uuid,
    f.account,
    f.owner_id,
    'usd',
    sum(f.amount_cents)
from facts as f
group by f.account, f.owner_id;

insert into app.ledger_entries (
    transaction_id, account_id, account, owner_id, description, amount_cents, currency, posted_at,
    held_until
)
select
    f.transaction_id,
    md5(f.account || coalesce(f.owner_id::text, ''))::uuid,
    f.account,
    f.owner_id,
    f.description,
    f.amount_cents,
    'usd',
    f.posted_at,
    case when f.account like 'payable.%' then f.posted_at + interval '7 days' end
from facts as f
order by f.posted_at;

-- step: foreign keys

-- They were not checked while loading.
do $$
declare
    key record;
    orphans bigint;
begin
    for key in
        select
            c.conname,
            c.conrelid::regclass as referring,
            c.confrelid::regclass as referred,
            string_agg(format('r.%I = t.%I', theirs.attname, ours.attname), ' and ') as match,
            string_agg(format('t.%I is not null', ours.attname), ' and ') as given
        from pg_catalog.pg_constraint as c
        cross join unnest(c.conkey, c.confkey) as k (our_column, their_column)
        inner join pg_catalog.pg_attribute as ours
            on c.conrelid = ours.attrelid and k.our_column = ours.attnum
        inner join pg_catalog.pg_attribute as theirs
            on c.confrelid = theirs.attrelid and k.their_column = theirs.attnum
        where c.contype = 'f'
            and c.connamespace = 'app'::regnamespace
        group by c.oid
    loop
        execute format(
            'select count(*) from %s as t where %s and not exists (select from %s as r where %s)',
            key.referring, key.given, key.referred, key.match
        ) into orphans;
        if orphans > 0 then
            raise exception '% of % refers to nothing in % rows', key.conname, key.referring, orphans;
        end if;
    end loop;
end;
$$;
