-- What an admin's screens ask, beside what an owner would write by hand without row level security.

-- case: sessions, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_sessions order by requested_at desc limit 50;

select
    s.id, s.customer_id, s.mechanic_id, s.mechanic_name, s.status, s.category,
    s.fee_schedule_version, s.requested_at, s.pay_by, s.paid_at, s.accept_by, s.accepted_at,
    s.ended_at, s.summary, s.diagnosis, s.recommended_services
from app.diagnostic_sessions as s
order by s.requested_at desc
limit 50;

-- case: sessions of a mechanic, newest page
select md5('admin 1')::uuid as me, md5('mechanic 1')::uuid as mechanic;

select * from api.admin_sessions
where mechanic_id = :'mechanic' order by accepted_at desc limit 50;

select
    s.id, s.customer_id, s.mechanic_id, s.mechanic_name, s.status, s.category,
    s.fee_schedule_version, s.requested_at, s.pay_by, s.paid_at, s.accept_by, s.accepted_at,
    s.ended_at, s.summary, s.diagnosis, s.recommended_services
from app.diagnostic_sessions as s
where s.mechanic_id = :'mechanic'
order by s.accepted_at desc
limit 50;

-- case: a session
select md5('admin 1')::uuid as me, s.id as session
from app.diagnostic_sessions as s
order by md5(s.id::text)
limit 50;

select * from api.admin_sessions where id = :'session';

select
    s.id, s.customer_id, s.mechanic_id, s.mechanic_name, s.status, s.category,
    s.fee_schedule_version, s.requested_at, s.pay_by, s.paid_at, s.accept_by, s.accepted_at,
    s.ended_at, s.summary, s.diagnosis, s.recommended_services
from app.diagnostic_sessions as s
where s.id = :'session';

-- case: the intake of a session
select md5('admin 1')::uuid as me, i.session_id as session
from app.session_intake as i
order by md5(i.session_id::text)
limit 50;

select * from api.admin_intakes where session_id = :'session';

select
    i.session_id, i.concern, i.vehicle_year, i.vehicle_make, i.vehicle_model, i.vehicle_colour,
    i.vin, i.photo_count, i.video_count
from app.session_intake as i
where i.session_id = :'session';

-- case: people, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_people order by created_at desc, id limit 50;

select p.id, p.persona, p.created_at
from app.people as p
order by p.created_at desc, p.id
limit 50;

-- case: people with their names, newest page
select md5('admin 1')::uuid as me;

select p.*, c.first_name, c.last_initial, m.display_name
from api.admin_people as p
left join api.admin_customers as c on p.id = c.person_id
left join api.admin_mechanics as m on p.id = m.person_id
order by p.created_at desc, p.id
limit 50;

select p.id, p.persona, p.created_at, c.first_name, c.last_initial, m.display_name
from app.people as p
left join app.customers as c on p.id = c.person_id
left join app.mechanics as m on p.id = m.person_id
order by p.created_at desc, p.id
limit 50;

-- case: a person
select md5('admin 1')::uuid as me, p.id as person
from app.people as p
order by md5(p.id::text)
limit 50;

select * from api.admin_people where id = :'person';

select p.id, p.persona, p.created_at
from app.people as p
where p.id = :'person';

-- case: a customer
select md5('admin 1')::uuid as me, c.person_id as customer
from app.customers as c
order by md5(c.person_id::text)
limit 50;

select * from api.admin_customers where person_id = :'customer';

select c.person_id, c.first_name, c.last_initial, c.city_id
from app.customers as c
where c.person_id = :'customer';

-- case: a mechanic
select md5('admin 1')::uuid as me, m.person_id as mechanic
from app.mechanics as m
order by md5(m.person_id::text)
limit 50;

select * from api.admin_mechanics where person_id = :'mechanic';

select m.person_id, m.display_name
from app.mechanics as m
where m.person_id = :'mechanic';

-- case: whether a person may work
select md5('admin 1')::uuid as me, p.id as person
from app.people as p
order by md5(p.id::text)
limit 50;

select * from api.admin_standings where person_id = :'person';

select s.person_id, s.workshop_id, s.suspended_until, s.barred_until
from app.standings as s
where s.person_id = :'person';

-- case: open flags, the gravest first
select md5('admin 1')::uuid as me;

select * from api.admin_flags
where status = 'open' order by severity desc, created_at, id limit 50;

select
    f.id, f.message_id, f.thread_id, f.person_id, f.raised_by, f.reporter_id, f.kinds,
    f.piece_ids, f.reason_codes, f.note,
    f.severity, f.status, f.created_at, f.claimed_by, f.claimed_until, f.proposed_by, f.decided_by,
    f.decided_at, f.decision_reason
from app.contact_flags as f
where f.status = 'open'
order by f.severity desc, f.created_at, f.id
limit 50;

-- case: flags, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_flags order by created_at desc, id limit 50;

select
    f.id, f.message_id, f.thread_id, f.person_id, f.raised_by, f.reporter_id, f.kinds,
    f.piece_ids, f.reason_codes, f.note,
    f.severity, f.status, f.created_at, f.claimed_by, f.claimed_until, f.proposed_by, f.decided_by,
    f.decided_at, f.decision_reason
from app.contact_flags as f
order by f.created_at desc, f.id
limit 50;

-- case: flagged threads, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_threads order by flagged_at desc, id limit 50;

select t.id, t.session_id, t.offer_id, t.is_open, t.last_position, t.flagged_at, t.created_at
from app.threads as t
where t.flagged_at is not null
order by t.flagged_at desc, t.id
limit 50;

-- case: a flagged thread, newest page
select md5('admin 1')::uuid as me, t.id as thread
from app.threads as t
where t.flagged_at is not null
order by md5(t.id::text)
limit 50;

select * from api.messages where thread_id = :'thread' order by position desc limit 50;

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
inner join app.threads as t on m.thread_id = t.id and t.flagged_at is not null
where m.thread_id = :'thread'
order by m.position desc
limit 50;

-- case: a flagged message
select md5('admin 1')::uuid as me, f.message_id as message
from app.contact_flags as f
order by md5(f.id::text)
limit 50;

select * from api.messages where id = :'message';

select m.id, m.thread_id, m.position, m.sender, m.kind, m.quote_id, m.body, m.sent_at
from app.messages as m
inner join app.threads as t on m.thread_id = t.id and t.flagged_at is not null
where m.id = :'message';

-- case: audit log, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_audit_log order by at desc, id limit 50;

select l.id, l.at, l.actor_id, l.action, l.subject, l.subject_id, l.reason, l.details
from app.audit_log as l
order by l.at desc, l.id
limit 50;

-- case: audit log of a person
select md5('admin 1')::uuid as me, l.subject_id as person
from app.audit_log as l
order by md5(l.id::text)
limit 50;

select * from api.admin_audit_log where subject_id = :'person' order by at desc limit 50;

select l.id, l.at, l.actor_id, l.action, l.subject, l.subject_id, l.reason, l.details
from app.audit_log as l
where l.subject_id = :'person'
order by l.at desc
limit 50;

-- case: payments, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_payments order by created_at desc, id limit 50;

select
    p.id, p.purpose, p.session_id, p.quote_id, p.amount_cents, p.currency, p.fee_schedule_version,
    p.status, p.created_at, p.paid_at, p.failure, p.work_done_at, p.earned_at, p.refunded_cents,
    r.amount_cents as refund_cents,
    r.reason as refund_reason, r.requested_at as refund_requested_at, r.status as refund_status,
    r.failure as refund_failure
from app.payments as p
left join app.refunds as r
    on p.id = r.payment_id and not r.is_surplus and r.refund_request_id is null
order by p.created_at desc, p.id
limit 50;

-- case: refund requests that wait, the oldest first
select md5('admin 1')::uuid as me;

select * from api.admin_refund_requests where status = 'open' order by asked_at, id limit 50;

select
    q.id, q.payment_id, q.policy_version, q.amount_cents, q.category, q.reason, q.status, q.asked_at,
    q.decide_by, q.settled_at, q.decided_by, q.rule is not null as is_automated, q.rule, q.granted_cents,
    q.decision_reason, r.status as refund_status, r.failure as refund_failure
from app.refund_requests as q
left join app.refunds as r on q.id = r.refund_request_id
where q.status = 'open'
order by q.asked_at, q.id
limit 50;

-- case: refund requests, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_refund_requests order by asked_at desc, id limit 50;

select
    q.id, q.payment_id, q.policy_version, q.amount_cents, q.category, q.reason, q.status, q.asked_at,
    q.decide_by, q.settled_at, q.decided_by, q.rule is not null as is_automated, q.rule, q.granted_cents,
    q.decision_reason, r.status as refund_status, r.failure as refund_failure
from app.refund_requests as q
left join app.refunds as r on q.id = r.refund_request_id
order by q.asked_at desc, q.id
limit 50;

-- case: transactions, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_ledger_transactions order by posted_at desc, id limit 50;

select t.id, t.source_key, t.description, t.payment_id, t.fee_schedule_version, t.posted_at
from app.ledger_transactions as t
order by t.posted_at desc, t.id
limit 50;

-- case: entries of a transaction
select md5('admin 1')::uuid as me, t.id as transaction
from app.ledger_transactions as t
order by md5(t.id::text)
limit 50;

select * from api.admin_ledger_entries where transaction_id = :'transaction' order by account_id;

select
    l.transaction_id, l.account_id, l.account, l.owner_id, l.description, l.amount_cents,
    l.currency, l.posted_at, l.held_until
from app.ledger_entries as l
where l.transaction_id = :'transaction'
order by l.account_id;

-- case: entries of a mechanic, newest page
select md5('admin 1')::uuid as me, md5('mechanic 1')::uuid as mechanic;

select * from api.admin_ledger_entries
where owner_id = :'mechanic' order by posted_at desc, transaction_id limit 50;

select
    l.transaction_id, l.account_id, l.account, l.owner_id, l.description, l.amount_cents,
    l.currency, l.posted_at, l.held_until
from app.ledger_entries as l
where l.owner_id = :'mechanic'
order by l.posted_at desc, l.transaction_id
limit 50;

-- case: escalations, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_escalations order by created_at desc, id limit 50;

select
    e.id, e.session_id, e.customer_id, e.mechanic_id, e.status, e.category, e.city_id, e.wave,
    e.created_at, e.ended_at
from app.escalations as e
order by e.created_at desc, e.id
limit 50;

-- case: unfilled escalations, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_escalations
where status = 'unfilled' order by created_at desc, id limit 50;

select
    e.id, e.session_id, e.customer_id, e.mechanic_id, e.status, e.category, e.city_id, e.wave,
    e.created_at, e.ended_at
from app.escalations as e
where e.status = 'unfilled'
order by e.created_at desc, e.id
limit 50;

-- case: offers of an escalation
select md5('admin 1')::uuid as me, e.id as escalation
from app.escalations as e
order by md5(e.id::text)
limit 50;

select * from api.admin_offers where escalation_id = :'escalation' order by rank;

select
    o.id, o.escalation_id, o.workshop_id, w.name as workshop_name, o.wave, o.rank, o.eligible_count,
    o.config_version, o.score, o.terms, o.status, o.offered_at, o.accept_by, o.answered_at,
    o.taken_back_at, o.quote_by, o.decline_code, o.visible_until
from app.offers as o
left join app.workshops as w on o.workshop_id = w.id
where o.escalation_id = :'escalation'
order by o.rank;

-- case: quotes of an escalation
select md5('admin 1')::uuid as me, q.escalation_id as escalation
from app.repair_quotes as q
order by md5(q.id::text)
limit 50;

select * from api.admin_quotes where escalation_id = :'escalation' order by created_at, id;

select
    q.id, q.offer_id, q.escalation_id, q.workshop_id, q.customer_id, q.version, q.status, q.notes,
    q.parts_cents, q.labour_cents, q.tax_cents, q.total_cents, q.currency, q.warranty_months,
    q.distance_km, q.created_at, q.sent_at, q.valid_until, q.decided_at
from app.repair_quotes as q
where q.escalation_id = :'escalation'
order by q.created_at, q.id;

-- case: referrals, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_referrals order by created_at desc, id limit 50;

select
    r.id, r.escalation_id, r.mechanic_id, r.status, r.amount_cents, r.currency, r.created_at,
    r.earned_at, r.payable_from
from app.referrals as r
order by r.created_at desc, r.id
limit 50;

-- case: violations, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_violations order by decided_at desc, id limit 50;

select
    v.id, v.flag_id, v.person_id, v.holder_id, v.severity, v.clause, v.facts, v.decided_by,
    v.seconded_by, v.decided_at, v.overturned_at
from app.violations as v
order by v.decided_at desc, v.id
limit 50;

-- case: Stripe's events, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_stripe_events order by received_at desc, id limit 50;

select e.id, e.type, e.state, e.reason, e.created_at, e.received_at, e.applied_at, e.deliveries
from app.stripe_events as e
order by e.received_at desc, e.id
limit 50;

-- case: disputes, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_disputes order by opened_at desc, id limit 50;

select
    d.id, d.payment_id, d.stripe_charge_id, d.amount_cents, d.reason, d.status, d.is_open,
    d.evidence_due_by, d.opened_at, d.told_at
from app.disputes as d
order by d.opened_at desc, d.id
limit 50;

-- case: payouts, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_payouts order by told_at desc, id limit 50;

select
    p.id, p.stripe_account_id, p.amount_cents, p.currency, p.told_at, p.paid_at, p.failed_at,
    p.failure
from app.payouts as p
order by p.told_at desc, p.id
limit 50;

-- case: what a mechanic is owed, newest page
select md5('admin 1')::uuid as me, md5('mechanic 1')::uuid as mechanic;

select * from api.admin_payables where payee_id = :'mechanic' order by earned_at desc, id limit 50;

select
    p.id, p.payment_id, p.part, p.payee_kind, p.payee_id, p.about_id, p.currency, p.earned_at,
    p.held_until, p.withheld_at, p.is_disputed, p.refund_asked_until, p.earned_cents, p.sent_cents,
    p.returned_cents, p.offset_cents, p.forfeited_cents, p.owed_cents
from app.payables as p
where p.payee_id = :'mechanic'
order by p.earned_at desc, p.id
limit 50;

-- case: workshops, a page by name
select md5('admin 1')::uuid as me;

select * from api.admin_workshops order by name, id limit 50;

select
    w.id, w.name, w.city_id, w.open_bays, w.radius_m, w.price_index, w.rating_sum, w.rating_count,
    w.takes_escalations, w.payouts_enabled, w.created_at
from app.workshops as w
order by w.name, w.id
limit 50;

-- case: invitations, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_invitations order by created_at desc, id limit 50;

select
    i.id, i.persona, i.workshop_id, i.invited_by, i.created_at, i.expires_at, i.accepted_at,
    i.accepted_by, i.revoked_at
from app.invitations as i
order by i.created_at desc, i.id
limit 50;

-- case: differences from Stripe, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_ledger_differences order by found_at desc, source_key limit 50;

select
    d.source_key, d.stripe_id, d.stripe_cents, d.ledger_cents, d.currency,
    case
        when d.stripe_id is null then 'Stripe has no such line'
        when d.ledger_cents = 0 then 'not in the ledger'
        else 'another amount'
    end as cause,
    d.found_at
from app.ledger_differences as d
order by d.found_at desc, d.source_key
limit 50;

-- case: restrictions, newest page
select md5('admin 1')::uuid as me;

select * from api.restrictions order by starts_at desc, id limit 50;

select
    r.id, r.holder_id, r.violation_id, r.step, r.kind, r.off_platform, r.clause, r.facts,
    r.evidence_ids, r.automated, r.jurisdiction, r.appeal_by, r.noticed_at, r.starts_at, r.ends_at,
    r.lifted_at, r.lift_reason
from app.restrictions as r
order by r.starts_at desc, r.id
limit 50;

-- case: appeals, newest page
select md5('admin 1')::uuid as me;

select * from api.admin_appeals order by created_at desc, id limit 50;

select
    a.id, a.restriction_id, a.holder_id, a.appellant_id, a.statement, a.status, a.created_at,
    a.restricted_by, a.seconded_by, a.reviewed_by, a.reviewed_at, a.review_reason
from app.appeals as a
order by a.created_at desc, a.id
limit 50;

-- case: the account at Stripe of a workshop
select md5('admin 1')::uuid as me, md5('workshop 1')::uuid as workshop;

select * from api.payout_account where owner_id = :'workshop';

select c.owner_id, c.transfers, c.payouts_enabled, c.requirements_due, c.disconnected_at
from app.connected_accounts as c
where c.owner_id = :'workshop';

-- case: accounts of the ledger, the platform's own
select md5('admin 1')::uuid as me;

select * from api.admin_ledger_accounts where owner_id is null order by name, id;

select a.id, a.name, a.owner_id, a.currency, sum(s.balance_cents)::bigint as balance_cents
from app.ledger_accounts as a
left join app.ledger_shards as s on a.id = s.account_id
where a.owner_id is null
group by a.id
order by a.name, a.id;

-- report: the books
select md5('admin 1')::uuid as me;

select * from api.admin_books;

select
    currency,
    sum(balance_cents)::bigint as trial_balance_cents,
    coalesce(-sum(balance_cents) filter (where name = 'platform.fee'), 0)::bigint
        as gross_income_cents,
    coalesce(sum(balance_cents) filter (where name = 'referral.expense'), 0)::bigint
        as referral_expense_cents,
    coalesce(
        -sum(balance_cents) filter (where name in ('platform.fee', 'referral.expense')), 0
    )::bigint as net_of_referral_cents,
    coalesce(sum(balance_cents) filter (where name = 'stripe.fee'), 0)::bigint
        as stripe_fee_cents,
    coalesce(-sum(balance_cents) filter (where name = 'customer.held'), 0)::bigint
        as held_for_customers_cents,
    coalesce(-sum(balance_cents) filter (where name like 'payable.%'), 0)::bigint
        as payable_cents,
    coalesce(-sum(balance_cents) filter (where name like 'withheld.%'), 0)::bigint
        as withheld_cents,
    coalesce(-sum(balance_cents) filter (where name = 'customer.refund_owed'), 0)::bigint
        as refund_owed_cents,
    coalesce(sum(balance_cents) filter (where name like 'receivable.%'), 0)::bigint
        as receivable_cents,
    coalesce(
        -sum(balance_cents) filter (
            where name in (
                'platform.fee', 'referral.expense', 'stripe.fee', 'stripe.dispute_fee', 'loss'
            )
        ),
        0
    )::bigint as result_cents
from (
    select a.name, a.currency, sum(a.balance_cents) as balance_cents
    from app.ledger_accounts as a
    group by a.name, a.currency
    union all
    select a.name, a.currency, s.balance_cents
    from app.ledger_shards as s
    inner join app.ledger_accounts as a on s.account_id = a.id
) as l
group by currency;
