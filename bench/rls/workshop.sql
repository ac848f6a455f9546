-- What a service advisor's screens ask, beside what an owner would write by hand without row level
-- security. Advisor 1 works for two workshops, one of them the busy one, which a screen shows by
-- itself: it repeats the filter.

-- case: offers, newest page
select md5('advisor 1')::uuid as me, md5('workshop 1')::uuid as workshop;

select * from api.workshop_offers where workshop_id = :'workshop' order by offered_at desc limit 50;

select
    o.id, o.workshop_id, o.offered_at, o.accept_by, o.answered_at, o.quote_by,
    case
        when o.visible_until > now() then o.status
        when o.status = 'open' then 'expired'
        when o.status = 'accepted' then 'lost'
        else o.status
    end as outcome,
    o.decline_code, q.status as quote_status, q.total_cents as quoted_cents, q.currency
from app.offers as o
left join lateral (
    select r.status, r.total_cents, r.currency
    from app.repair_quotes as r
    where r.offer_id = o.id
        and r.status <> 'draft'
    order by r.version desc
    limit 1
) as q on true
where o.workshop_id = :'workshop'
order by o.offered_at desc
limit 50;

-- case: an offer
select m.person_id as me, o.id as offer
from app.offers as o
inner join app.workshop_members as m on o.workshop_id = m.workshop_id
order by md5(o.id::text)
limit 50;

select * from api.workshop_offers where id = :'offer';

select
    o.id, o.workshop_id, o.offered_at, o.accept_by, o.answered_at, o.quote_by,
    case
        when o.visible_until > now() then o.status
        when o.status = 'open' then 'expired'
        when o.status = 'accepted' then 'lost'
        else o.status
    end as outcome,
    o.decline_code, q.status as quote_status, q.total_cents as quoted_cents, q.currency
from app.offers as o
left join lateral (
    select r.status, r.total_cents, r.currency
    from app.repair_quotes as r
    where r.offer_id = o.id
        and r.status <> 'draft'
    order by r.version desc
    limit 1
) as q on true
where o.id = :'offer'
    and o.workshop_id in (select m.workshop_id from app.workshop_members as m where m.person_id = :'me');

-- case: a case
select m.person_id as me, o.offer_id as offer
from app.offer_cases as o
inner join app.workshop_members as m on o.workshop_id = m.workshop_id
where o.visible_until > now()
order by md5(o.offer_id::text)
limit 50;

select * from api.workshop_cases where offer_id = :'offer';

select
    o.offer_id, o.workshop_id, o.customer_first_name, o.customer_last_initial, c.name as city,
    o.vehicle_year, o.vehicle_make, o.vehicle_model, o.vehicle_colour, o.vin, o.diagnosis,
    o.recommended_services
from app.offer_cases as o
left join app.cities as c on o.city_id = c.id
where o.offer_id = :'offer'
    and o.visible_until > now()
    and o.workshop_id in (select m.workshop_id from app.workshop_members as m where m.person_id = :'me');

-- case: the cases of a page of offers
select
    md5('advisor 1')::uuid as me,
    array(
        select o.id from app.offers as o
        where o.workshop_id = md5('workshop 1')::uuid order by o.offered_at desc limit 50
    )::text as offers;

select * from api.workshop_cases where offer_id = any(:'offers'::uuid[]) order by offer_id;

select
    o.offer_id, o.workshop_id, o.customer_first_name, o.customer_last_initial, c.name as city,
    o.vehicle_year, o.vehicle_make, o.vehicle_model, o.vehicle_colour, o.vin, o.diagnosis,
    o.recommended_services
from app.offer_cases as o
left join app.cities as c on o.city_id = c.id
where o.offer_id = any(:'offers'::uuid[])
    and o.visible_until > now()
    and o.workshop_id in (select m.workshop_id from app.workshop_members as m where m.person_id = :'me')
order by o.offer_id;

-- case: quotes, newest page
select md5('advisor 1')::uuid as me, md5('workshop 1')::uuid as workshop;

select * from api.workshop_quotes
where workshop_id = :'workshop' order by created_at desc, id limit 50;

select
    q.id, q.offer_id, q.workshop_id, q.version,
    case when q.status = 'sent' and q.valid_until <= now() then 'expired' else q.status end as status,
    q.notes, q.parts_cents, q.labour_cents, q.tax_cents, q.total_cents, q.currency,
    q.warranty_months, q.created_at, q.sent_at, q.valid_until, q.decided_at
from app.repair_quotes as q
where q.workshop_id = :'workshop'
order by q.created_at desc, q.id
limit 50;

-- case: items of a quote
select m.person_id as me, q.id as quote
from app.repair_quotes as q
inner join app.workshop_members as m on q.workshop_id = m.workshop_id
order by md5(q.id::text)
limit 50;

select * from api.workshop_quote_items where quote_id = :'quote' order by position;

select i.quote_id, i.position, i.kind, i.description, i.quantity, i.unit_cents, i.amount_cents
from app.repair_quote_items as i
where i.quote_id = :'quote'
    and i.workshop_id in (select m.workshop_id from app.workshop_members as m where m.person_id = :'me')
order by i.position;

-- case: threads, newest page
select md5('advisor 1')::uuid as me, md5('workshop 1')::uuid as workshop;

select * from api.workshop_threads
where workshop_id = :'workshop' order by created_at desc, id limit 50;

select
    t.id, t.provider_id as workshop_id, t.offer_id, t.is_open, t.last_position,
    case when t.is_open then t.topic end as topic, t.created_at
from app.threads as t
where t.provider_id = :'workshop'
    and t.provider_until > now()
order by t.created_at desc, t.id
limit 50;

-- case: a thread, newest page
select m.person_id as me, t.id as thread
from app.threads as t
inner join app.workshop_members as m on t.provider_id = m.workshop_id
where t.provider_until > now()
order by md5(t.id::text)
limit 50;

select * from api.messages where thread_id = :'thread' order by position desc limit 50;

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
where m.thread_id = :'thread'
    and m.provider_id in (select m.workshop_id from app.workshop_members as m where m.person_id = :'me')
    and m.provider_until > now()
order by m.position desc
limit 50;

-- case: a released telephone number
select m.person_id as me, r.offer_id as offer
from app.contact_releases as r
inner join app.workshop_members as m on r.workshop_id = m.workshop_id
where r.visible_until > now()
order by md5(r.offer_id::text)
limit 50;

select * from api.workshop_released_contacts where offer_id = :'offer';

select r.offer_id, r.workshop_id, r.phone, r.released_at, r.visible_until
from app.contact_releases as r
where r.offer_id = :'offer'
    and r.visible_until > now()
    and r.workshop_id in (select m.workshop_id from app.workshop_members as m where m.person_id = :'me');

-- case: statement, newest page
select md5('advisor 1')::uuid as me, md5('workshop 1')::uuid as workshop;

select * from api.workshop_statement
where workshop_id = :'workshop' order by posted_at desc, transaction_id limit 50;

select
    l.owner_id as workshop_id, l.transaction_id, l.posted_at, l.description,
    split_part(l.account, '.', 1) as account, -l.amount_cents as amount_cents, l.currency,
    l.held_until, coalesce(l.held_until > now(), false) as is_held
from app.ledger_entries as l
where l.owner_id = :'workshop'
order by l.posted_at desc, l.transaction_id
limit 50;

-- case: earnings, newest page
select md5('advisor 1')::uuid as me, md5('workshop 1')::uuid as workshop;

select * from api.workshop_earnings
where workshop_id = :'workshop' order by earned_at desc, id limit 50;

select
    p.id, p.payee_id as workshop_id, p.about_id as offer_id, p.earned_at, p.currency,
    p.earned_cents, p.sent_cents - p.returned_cents - p.offset_cents as paid_cents, p.owed_cents,
    case
        when p.owed_cents < 0 then 'owed_back'
        when p.owed_cents = 0 then case
            when p.earned_cents = 0 then 'reversed'
            when p.forfeited_cents > 0 then 'forfeited'
            else 'paid'
        end
        when p.withheld_at is not null then 'withheld'
        when p.is_disputed then 'disputed'
        when greatest(p.refund_asked_until, p.held_until) > now()
            then case greatest(p.refund_asked_until, p.held_until)
                when p.refund_asked_until then 'refund_requested'
                else 'held'
            end
        when coalesce(a.transfers, 'inactive') <> 'active' then 'awaiting_account'
        else 'payable'
    end as state,
    p.held_until, p.refund_asked_until, p.withheld_at, p.forfeited_cents
from app.payables as p
left join app.connected_accounts as a on p.payee_id = a.owner_id
where p.payee_id = :'workshop'
    and p.earned_at is not null
order by p.earned_at desc, p.id
limit 50;

-- case: memberships
select md5('advisor 1')::uuid as me;

select * from api.workshop_memberships order by workshop_id;

select m.workshop_id, w.name as workshop_name, m.joined_at, m.removed_at
from app.workshop_members as m
left join app.workshops as w on m.workshop_id = w.id
where m.person_id = :'me'
order by m.workshop_id;

-- case: one's reports, newest page
select f.reporter_id as me
from app.contact_flags as f
inner join app.people as p on f.reporter_id = p.id
where p.persona = 'workshop'
group by f.reporter_id
order by count(*) desc, f.reporter_id
limit 20;

select * from api.my_reports order by created_at desc, id limit 50;

select
    f.id, f.message_id, f.created_at, f.decided_at,
    case when f.status in ('open', 'proposed') then 'under_review' else 'closed' end as status
from app.contact_flags as f
where f.reporter_id = :'me'
order by f.created_at desc, f.id
limit 50;

-- case: what was found against one, newest page
select v.person_id as me
from app.violations as v
inner join app.people as p on v.person_id = p.id
where p.persona = 'workshop'
group by v.person_id
order by count(*) desc, v.person_id
limit 20;

select * from api.my_violations order by decided_at desc, id limit 50;

select v.id, v.severity, v.clause, v.facts, v.decided_at, v.overturned_at
from app.violations as v
where v.person_id = :'me'
order by v.decided_at desc, v.id
limit 50;

-- case: restrictions on one and one's workshops
select md5('advisor 1')::uuid as me;

select * from api.restrictions order by starts_at desc, id;

select
    r.id, r.holder_id, r.violation_id, r.step, r.kind, r.off_platform, r.clause, r.facts,
    r.evidence_ids, r.automated, r.jurisdiction, r.appeal_by, r.noticed_at, r.starts_at, r.ends_at,
    r.lifted_at, r.lift_reason
from app.restrictions as r
where r.holder_id = :'me'
    or r.holder_id in (
    select m.workshop_id
    from app.workshop_members as m
    where m.person_id = :'me'
        and m.removed_at is null
)
order by r.starts_at desc, r.id;

-- case: appeals of one and one's workshops
select md5('advisor 1')::uuid as me;

select * from api.my_appeals order by created_at desc, id;

select a.id, a.restriction_id, a.statement, a.status, a.created_at, a.reviewed_at, a.review_reason
from app.appeals as a
where a.holder_id = :'me'
    or a.holder_id in (
    select m.workshop_id
    from app.workshop_members as m
    where m.person_id = :'me'
        and m.removed_at is null
)
order by a.created_at desc, a.id;

-- case: the workshops' accounts at Stripe
select md5('advisor 1')::uuid as me;

select * from api.payout_account order by owner_id;

select c.owner_id, c.transfers, c.payouts_enabled, c.requirements_due, c.disconnected_at
from app.connected_accounts as c
where c.owner_id in (
    select m.workshop_id
    from app.workshop_members as m
    where m.person_id = :'me'
        and m.removed_at is null
)
order by c.owner_id;
