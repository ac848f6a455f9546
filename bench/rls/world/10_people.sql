-- Accounts, workshops and who belongs to them.

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
select a.id, w.names[1 + a.n % 8], chr(65 + (a.n % 26)::integer), pg_temp.id('city', 1 + a.n % 500)
from accounts as a
cross join words as w
where a.persona = 'customer';

insert into app.mechanics (person_id, display_name)
select a.id, w.names[1 + a.n % 8]
from accounts as a
cross join words as w
where a.persona = 'mechanic';

insert into app.standings (person_id, persona)
select a.id, a.persona
from accounts as a;

-- step: workshops

insert into app.workshops (id, name, city_id, rating_sum, rating_count, created_at)
select
    pg_temp.id('workshop', n),
    'Garage ' || translate(n::text, '0123456789', 'abcdefghij'),
    pg_temp.id('city', 1 + n % 500),
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

insert into app.standings (workshop_id)
select w.id
from app.workshops as w;

insert into app.workshop_members (workshop_id, person_id, joined_at)
select pg_temp.id('workshop', n), pg_temp.id('advisor', n), z.ends_at - interval '390 days'
from size as z
cross join generate_series(1, z.workshops) as n
union all
select pg_temp.id('workshop', 2), pg_temp.id('advisor', 1), z.ends_at - interval '390 days'
from size as z;

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
