-- A year of the platform, made by the set: what make bench-rls reads. bench.sessions says how many sessions.
--
-- Each part of these files is one step of the progress bar. The rows keep every constraint; foreign keys are
-- checked at the end, since triggers are off while loading. Everything follows from a row's number
-- by hashing: the same count gives the same world, but for the day on which it ends.
--
--   customers    2 for 5 sessions; number 1 comes back, 60 times
--   mechanics    1 for 250 sessions; number 1 does one session in 33
--   workshops    50, and 1 for 500 sessions; number 1 gets one offer in ten, and its advisor has two workshops
--   restrictions every second mechanic and workshop was suspended once: they fill a page here and in a tenth
--   admins       3
--   sessions     the newest 250 wait in the queue, 150 are unpaid, one in 200 is active; of the rest 84 %
--                are completed, and a quarter of those escalated to three workshops or fewer
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
from generate_series(1, 500) as n;
