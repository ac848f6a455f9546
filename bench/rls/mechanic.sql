-- What a mechanic's screens ask, beside what an owner would write by hand without row level security.
-- Mechanic 1 is the busy one: one session in 33.

-- case: queue, oldest page
select md5('mechanic 1')::uuid as me;

select * from api.mechanic_queue order by waiting_minutes desc, session_id limit 50;

select
    q.session_id, q.category, q.vehicle_year, q.vehicle_make, q.vehicle_model,
    floor(extract(epoch from now() - q.queued_at) / 60)::integer as waiting_minutes
from app.queue_entries as q
where q.accept_by > now()
order by waiting_minutes desc, q.session_id
limit 50;

-- case: sessions, newest page
select md5('mechanic 1')::uuid as me;

select * from api.mechanic_sessions order by accepted_at desc limit 50;

select
    s.id, s.status, s.category, s.accepted_at, s.ended_at, i.customer_first_name, i.concern,
    i.vehicle_year, i.vehicle_make, i.vehicle_model, i.vehicle_colour, i.vin, i.photo_count,
    i.video_count, s.summary, s.diagnosis, s.recommended_services
from app.diagnostic_sessions as s
left join app.session_intake as i on s.id = i.session_id and s.mechanic_id = i.active_mechanic_id
where s.mechanic_id = :'me'
order by s.accepted_at desc
limit 50;

-- case: sessions, a page in the middle
select md5('mechanic 1')::uuid as me, now() - interval '180 days' as before;

select * from api.mechanic_sessions where accepted_at < :'before' order by accepted_at desc limit 50;

select
    s.id, s.status, s.category, s.accepted_at, s.ended_at, i.customer_first_name, i.concern,
    i.vehicle_year, i.vehicle_make, i.vehicle_model, i.vehicle_colour, i.vin, i.photo_count,
    i.video_count, s.summary, s.diagnosis, s.recommended_services
from app.diagnostic_sessions as s
left join app.session_intake as i on s.id = i.session_id and s.mechanic_id = i.active_mechanic_id
where s.mechanic_id = :'me'
    and s.accepted_at < :'before'
order by s.accepted_at desc
limit 50;

-- case: a session
select s.mechanic_id as me, s.id as session
from app.diagnostic_sessions as s
where s.mechanic_id is not null
order by md5(s.id::text)
limit 50;

select * from api.mechanic_sessions where id = :'session';

select
    s.id, s.status, s.category, s.accepted_at, s.ended_at, i.customer_first_name, i.concern,
    i.vehicle_year, i.vehicle_make, i.vehicle_model, i.vehicle_colour, i.vin, i.photo_count,
    i.video_count, s.summary, s.diagnosis, s.recommended_services
from app.diagnostic_sessions as s
left join app.session_intake as i on s.id = i.session_id and s.mechanic_id = i.active_mechanic_id
where s.id = :'session'
    and s.mechanic_id = :'me';

-- case: an active session
select s.mechanic_id as me, s.id as session
from app.diagnostic_sessions as s
where s.status = 'active'
order by md5(s.id::text)
limit 50;

select * from api.mechanic_sessions where id = :'session';

select
    s.id, s.status, s.category, s.accepted_at, s.ended_at, i.customer_first_name, i.concern,
    i.vehicle_year, i.vehicle_make, i.vehicle_model, i.vehicle_colour, i.vin, i.photo_count,
    i.video_count, s.summary, s.diagnosis, s.recommended_services
from app.diagnostic_sessions as s
left join app.session_intake as i on s.id = i.session_id and s.mechanic_id = i.active_mechanic_id
where s.id = :'session'
    and s.mechanic_id = :'me';

-- case: threads, newest page
select md5('mechanic 1')::uuid as me;

select * from api.mechanic_threads order by created_at desc limit 50;

select
    t.id, t.session_id, t.is_open, t.last_position, case when t.is_open then t.topic end as topic,
    t.created_at
from app.threads as t
where t.provider_id = :'me'
order by t.created_at desc
limit 50;

-- case: a thread, newest page
select t.provider_id as me, t.id as thread
from app.threads as t
where t.offer_id is null
order by md5(t.id::text)
limit 50;

select * from api.messages where thread_id = :'thread' order by position desc limit 50;

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
where m.thread_id = :'thread'
    and m.provider_id = :'me'
order by m.position desc
limit 50;

-- case: messages of all threads, newest page
select md5('mechanic 1')::uuid as me;

select * from api.messages order by sent_at desc, id limit 50;

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
where m.provider_id = :'me'
order by m.sent_at desc, m.id
limit 50;

-- case: escalations, newest page
select md5('mechanic 1')::uuid as me;

select * from api.mechanic_escalations order by created_at desc limit 50;

select
    e.id, e.session_id, e.status, e.created_at, e.ended_at, r.status as referral_status,
    r.amount_cents as referral_cents, r.currency as referral_currency,
    r.earned_at as referral_earned_at, r.payable_from as referral_payable_from
from app.escalations as e
left join app.referrals as r on e.id = r.escalation_id
where e.mechanic_id = :'me'
order by e.created_at desc
limit 50;

-- case: statement, newest page
select md5('mechanic 1')::uuid as me;

select * from api.mechanic_statement order by posted_at desc, transaction_id limit 50;

select
    l.transaction_id, l.posted_at, l.description, split_part(l.account, '.', 1) as account,
    -l.amount_cents as amount_cents, l.currency, l.held_until,
    coalesce(l.held_until > now(), false) as is_held
from app.ledger_entries as l
where l.owner_id = :'me'
order by l.posted_at desc, l.transaction_id
limit 50;

-- case: earnings, newest page
select md5('mechanic 1')::uuid as me;

select * from api.mechanic_earnings order by earned_at desc, id limit 50;

select
    p.id, p.part, p.about_id, p.earned_at, p.currency, p.earned_cents,
    p.sent_cents - p.returned_cents - p.offset_cents as paid_cents, p.owed_cents,
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
where p.payee_id = :'me'
    and p.earned_at is not null
order by p.earned_at desc, p.id
limit 50;

-- case: notices, newest page
select md5('mechanic 1')::uuid as me;

select * from api.notices order by created_at desc limit 50;

select n.id, n.kind, n.about_id, n.created_at
from app.notices as n
where n.person_id = :'me'
order by n.created_at desc
limit 50;

-- case: directory, a page by name
select md5('mechanic 1')::uuid as me;

select * from api.workshops order by name limit 50;

select
    w.id, w.name, c.name as city, c.region,
    array(
        select s.service from app.workshop_services as s where s.workshop_id = w.id order by s.service
    ) as services,
    round(w.rating_sum::numeric / nullif(w.rating_count, 0), 1) as rating,
    w.rating_count
from app.workshops as w
left join app.cities as c on w.city_id = c.id
order by w.name
limit 50;

-- case: one's reports, newest page
select f.reporter_id as me
from app.contact_flags as f
inner join app.people as p on f.reporter_id = p.id
where p.persona = 'mechanic'
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
where p.persona = 'mechanic'
group by v.person_id
order by count(*) desc, v.person_id
limit 20;

select * from api.my_violations order by decided_at desc, id limit 50;

select v.id, v.severity, v.clause, v.facts, v.decided_at, v.overturned_at
from app.violations as v
where v.person_id = :'me'
order by v.decided_at desc, v.id
limit 50;

-- case: one's restrictions
select md5('mechanic 1')::uuid as me;

select * from api.restrictions order by starts_at desc, id;

select
    r.id, r.holder_id, r.violation_id, r.step, r.kind, r.off_platform, r.clause, r.facts,
    r.evidence_ids, r.automated, r.jurisdiction, r.appeal_by, r.noticed_at, r.starts_at, r.ends_at,
    r.lifted_at, r.lift_reason
from app.restrictions as r
where r.holder_id = :'me'
order by r.starts_at desc, r.id;

-- case: one's appeals
select md5('mechanic 1')::uuid as me;

select * from api.my_appeals order by created_at desc, id;

select a.id, a.restriction_id, a.statement, a.status, a.created_at, a.reviewed_at, a.review_reason
from app.appeals as a
where a.holder_id = :'me'
order by a.created_at desc, a.id;

-- case: the account at Stripe
select md5('mechanic 1')::uuid as me;

select * from api.payout_account;

select c.owner_id, c.transfers, c.payouts_enabled, c.requirements_due, c.disconnected_at
from app.connected_accounts as c
where c.owner_id = :'me';
