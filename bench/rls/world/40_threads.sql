-- Conversations and their messages; what was flagged of them, and what came of that.

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
    case when t.n % 30 = 0 then t.created_at + interval '2 minutes' end,
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
where t.n % 30 = 0;

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
    (array['S1', 'S1', 'S1', 'S2', 'S3'])[1 + f.n / 30 % 5],
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
            when pg_temp.chance('flag', t.n) < 0.3 then 'confirmed'
            else 'dismissed'
        end as status
    from talks as t
    where t.n % 30 = 0
) as f
order by f.n;

-- Every other one was reported too: by the customer, or by who answered them.
insert into app.contact_flags (
    id, message_id, thread_id, person_id, raised_by, reporter_id, kinds, severity, status, created_at,
    decided_by, decided_at, decision_reason
)
select
    pg_temp.id('report', t.n),
    pg_temp.id('message ' || t.n, case when t.n % 60 = 0 then 3 else 2 end),
    t.id,
    case when t.n % 60 = 0 then t.writer_id else t.customer_id end,
    'report',
    case when t.n % 60 = 0 then t.customer_id else t.writer_id end,
    '{}',
    'S1',
    'dismissed',
    t.created_at + interval '3 minutes',
    pg_temp.id('admin', 1),
    t.created_at + interval '2 days',
    'Read in its thread.'
from talks as t
where t.n % 30 = 0
order by t.n;

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
    pg_temp.id('restriction of a ' || h.kind, n),
    pg_temp.id(h.kind, n),
    'suspended',
    false,
    '4.2',
    'A telephone number was written, twice.',
    (select min(j.code) from app.jurisdictions as j),
    z.ends_at - interval '40 days',
    z.ends_at - interval '70 days' + n * interval '1 second',
    z.ends_at - interval '70 days' + n * interval '1 second',
    z.ends_at - interval '60 days',
    pg_temp.id('admin', 2)
from size as z
cross join (values ('mechanic'), ('workshop')) as h (kind)
cross join
    generate_series(1, case h.kind when 'mechanic' then z.mechanics else z.workshops end, 2) as n;

insert into app.appeals (
    id, restriction_id, holder_id, appellant_id, statement, status, created_at, restricted_by,
    reviewed_by, reviewed_at, review_reason
)
select
    pg_temp.id('appeal of a ' || h.kind, n),
    pg_temp.id('restriction of a ' || h.kind, n),
    pg_temp.id(h.kind, n),
    pg_temp.id(case h.kind when 'mechanic' then 'mechanic' else 'advisor' end, n),
    'It was a part number.',
    'upheld',
    z.ends_at - interval '65 days' + n * interval '1 second',
    pg_temp.id('admin', 2),
    pg_temp.id('admin', 3),
    z.ends_at - interval '64 days',
    'It was a telephone number.'
from size as z
cross join (values ('mechanic'), ('workshop')) as h (kind)
cross join
    generate_series(1, case h.kind when 'mechanic' then z.mechanics else z.workshops end, 2) as n;

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
