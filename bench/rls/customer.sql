-- What a customer's screens ask, beside what an owner would write by hand without row level security.

-- case: sessions, newest page
select md5('customer 1')::uuid as me;

select * from api.customer_sessions order by requested_at desc limit 50;

select
    s.id, s.status, s.category, s.mechanic_name, s.requested_at, s.pay_by, s.paid_at, s.accept_by,
    s.accepted_at, s.ended_at, i.concern, i.vehicle_year, i.vehicle_make, i.vehicle_model,
    i.vehicle_colour, i.vin, i.photo_count, i.video_count, s.summary, s.diagnosis,
    s.recommended_services
from app.diagnostic_sessions as s
left join app.session_intake as i on s.id = i.session_id
where s.customer_id = :'me'
order by s.requested_at desc
limit 50;

-- case: a session
select s.customer_id as me, s.id as session
from app.diagnostic_sessions as s
order by md5(s.id::text)
limit 50;

select * from api.customer_sessions where id = :'session';

select
    s.id, s.status, s.category, s.mechanic_name, s.requested_at, s.pay_by, s.paid_at, s.accept_by,
    s.accepted_at, s.ended_at, i.concern, i.vehicle_year, i.vehicle_make, i.vehicle_model,
    i.vehicle_colour, i.vin, i.photo_count, i.video_count, s.summary, s.diagnosis,
    s.recommended_services
from app.diagnostic_sessions as s
left join app.session_intake as i on s.id = i.session_id
where s.id = :'session'
    and s.customer_id = :'me';

-- case: files of a session
select m.customer_id as me, m.session_id as session
from app.media as m
order by md5(m.id::text)
limit 50;

select * from api.customer_media where session_id = :'session' order by id;

select m.id, m.session_id, m.kind, m.path, m.registered_at, m.uploaded_at
from app.media as m
where m.session_id = :'session'
    and m.customer_id = :'me'
order by m.id;

-- case: threads, newest page
select md5('customer 1')::uuid as me;

select * from api.customer_threads order by created_at desc, id limit 50;

select
    t.id, t.session_id, t.offer_id,
    case when t.offer_id is null then 'mechanic' else 'workshop' end as party,
    t.provider_name, t.is_open, t.last_position, t.topic, t.created_at
from app.threads as t
where t.customer_id = :'me'
order by t.created_at desc, t.id
limit 50;

-- case: a thread, newest page
select t.customer_id as me, t.id as thread
from app.threads as t
order by md5(t.id::text)
limit 50;

select * from api.messages where thread_id = :'thread' order by position desc limit 50;

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
where m.thread_id = :'thread'
    and m.customer_id = :'me'
order by m.position desc
limit 50;

-- case: a thread of 2000, a page in its middle
select t.customer_id as me, t.id as thread
from app.threads as t
order by t.last_position desc
limit 1;

select * from api.messages
where thread_id = :'thread'
    and position < 1000
order by position desc
limit 50;

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
where m.thread_id = :'thread'
    and m.customer_id = :'me'
    and m.position < 1000
order by m.position desc
limit 50;

-- case: messages of all threads, newest page
select md5('customer 1')::uuid as me;

select * from api.messages order by sent_at desc, id limit 50;

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
where m.customer_id = :'me'
order by m.sent_at desc, m.id
limit 50;

-- case: escalations, newest page
select e.customer_id as me
from app.escalations as e
group by e.customer_id
order by count(*) desc, e.customer_id
limit 1;

select * from api.customer_escalations order by created_at desc limit 50;

select e.id, e.session_id, e.status, e.category, e.wave, e.created_at, e.ended_at
from app.escalations as e
where e.customer_id = :'me'
order by e.created_at desc
limit 50;

-- case: quotes, newest page
select q.customer_id as me
from app.repair_quotes as q
group by q.customer_id
order by count(*) desc, q.customer_id
limit 1;

select * from api.customer_quotes order by sent_at desc, id limit 50;

select
    q.id, q.escalation_id, q.offer_id, w.name as workshop_name,
    round(w.rating_sum::numeric / nullif(w.rating_count, 0), 1) as rating,
    w.rating_count, q.distance_km, q.version,
    case when q.status = 'sent' and q.valid_until <= now() then 'expired' else q.status end as status,
    q.notes, q.parts_cents, q.labour_cents, q.tax_cents, q.total_cents, q.currency,
    q.warranty_months, q.sent_at, q.valid_until, q.decided_at
from app.repair_quotes as q
left join app.workshops as w on q.workshop_id = w.id
where q.customer_id = :'me'
    and q.status <> 'draft'
order by q.sent_at desc, q.id
limit 50;

-- case: items of a quote
select q.customer_id as me, q.id as quote
from app.repair_quotes as q
order by md5(q.id::text)
limit 50;

select * from api.customer_quote_items where quote_id = :'quote' order by position;

select i.quote_id, i.position, i.kind, i.description, i.quantity, i.unit_cents, i.amount_cents
from app.repair_quote_items as i
where i.quote_id = :'quote'
    and i.customer_id = :'me'
order by i.position;

-- case: payments, newest page
select md5('customer 1')::uuid as me;

select * from api.customer_payments order by created_at desc, id limit 50;

select
    p.id, p.purpose, p.session_id, p.quote_id, p.amount_cents, p.currency, p.status, p.created_at,
    p.paid_at, p.failure, p.refunded_cents, r.amount_cents as refund_cents,
    r.requested_at as refund_requested_at, r.status as refund_status
from app.payments as p
left join app.refunds as r
    on p.id = r.payment_id and not r.is_surplus and r.refund_request_id is null
where p.customer_id = :'me'
order by p.created_at desc, p.id
limit 50;

-- case: refund requests, newest page
select md5('customer 1')::uuid as me;

select * from api.customer_refund_requests order by asked_at desc, id limit 50;

select
    q.id, q.payment_id, q.policy_version, q.amount_cents, q.category, q.reason, q.status, q.asked_at,
    q.decide_by, q.settled_at, q.rule is not null as is_automated, q.granted_cents, q.decision_reason,
    r.status as refund_status
from app.refund_requests as q
left join app.refunds as r on q.id = r.refund_request_id
where q.customer_id = :'me'
order by q.asked_at desc, q.id
limit 50;

-- case: notices, newest page
select md5('customer 1')::uuid as me;

select * from api.notices order by created_at desc, id limit 50;

select n.id, n.kind, n.about_id, n.created_at
from app.notices as n
where n.person_id = :'me'
order by n.created_at desc, n.id
limit 50;

-- case: directory, a page by name
select md5('customer 1')::uuid as me;

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

-- case: a workshop of the directory
select md5('customer 1')::uuid as me, w.id as workshop
from app.workshops as w
order by md5(w.id::text)
limit 20;

select * from api.workshops where id = :'workshop';

select
    w.id, w.name, c.name as city, c.region,
    array(
        select s.service from app.workshop_services as s where s.workshop_id = w.id order by s.service
    ) as services,
    round(w.rating_sum::numeric / nullif(w.rating_count, 0), 1) as rating,
    w.rating_count
from app.workshops as w
left join app.cities as c on w.city_id = c.id
where w.id = :'workshop';

-- case: one's account
select md5('customer 1')::uuid as me;

select * from api.my_account;

select
    d.person_id as id, p.persona, p.created_at, d.email, d.full_name, d.phone, d.street,
    d.postal_code
from app.contact_details as d
left join app.people as p on d.person_id = p.id
where d.person_id = :'me';

-- case: one's reports, newest page
select f.reporter_id as me
from app.contact_flags as f
inner join app.people as p on f.reporter_id = p.id
where p.persona = 'customer'
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

-- case: the refund policy in force
select md5('customer 1')::uuid as me;

select * from api.refund_policy;

select p.version, p.ask_within, p.decide_within, p.unstarted_within
from app.refund_policies as p
where p.effective_from <= now()
order by p.version desc
limit 1;
