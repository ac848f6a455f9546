-- Cases that went to workshops: offers, quotes, referrals.

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
        when e.newest <= 10 + z.sessions / 1000 then 'offered'
        when e.newest <= 25 + z.sessions / 400 then 'quoted'
        when e.newest <= 35 + z.sessions / 300 then 'paid'
        when pg_temp.chance('case', e.n) < 0.7 then 'closed'
        when pg_temp.chance('case', e.n) < 0.9 then 'cancelled'
        else 'unfilled'
    end as status
from (
    select s.*, row_number() over (order by s.n desc) as newest
    from sessions as s
    where s.is_escalated
) as e
cross join size as z;

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
    pg_temp.id('city', 1 + c.customer % 500),
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
    pg_temp.id('city', 1 + i.customer % 500),
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
