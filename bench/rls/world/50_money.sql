-- Payments, what Stripe told of them, what is owed to whom, and the books.

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

insert into app.refunds (id, payment_id, customer_id, amount_cents, reason, requested_at)
select
    pg_temp.id('refund', p.n), p.id, p.customer_id, p.amount_cents, 'cancelled',
    p.created_at + interval '1 day'
from paid as p
inner join app.diagnostic_sessions as s on p.session_id = s.id
where s.status = 'cancelled'
    and p.status = 'paid';

insert into app.refund_requests (
    id, payment_id, customer_id, policy_version, amount_cents, category, reason, status, asked_at, decide_by,
    settled_at, decided_by, granted_cents, decision_reason
)
select
    pg_temp.id('request of ' || p.purpose, p.n),
    p.id,
    p.customer_id,
    1,
    p.amount_cents / 2,
    'poor_work',
    'It still squeals.',
    k.status,
    p.done_at + interval '1 day',
    p.done_at + interval '6 days',
    case when k.status <> 'open' then p.done_at + interval '2 days' end,
    case when k.status <> 'open' then md5('admin 1')::uuid end,
    case k.status when 'granted' then p.amount_cents / 2 end,
    case when k.status <> 'open' then 'We looked.' end
from paid as p
cross join lateral (
    select case when p.n % 500 = 0 then 'open' when p.n % 3 = 0 then 'granted' else 'refused' end as status
) as k
where p.done_at is not null
    and p.n % 10 = 0
order by p.done_at;

insert into app.refunds (
    id, payment_id, refund_request_id, customer_id, amount_cents, reason, requested_at, status
)
select
    pg_temp.id('refund of ' || p.purpose, p.n), p.id, q.id, p.customer_id, q.granted_cents, 'granted on request',
    q.settled_at, 'sent'
from app.refund_requests as q
inner join paid as p on q.payment_id = p.id
where q.status = 'granted';

insert into app.checkout_attempts (
    payment_id, attempt, status, stripe_session_id, created_at, expires_at
)
select
    p.id, 1, 'closed', 'cs_' || replace(p.id::text, '-', ''), p.created_at,
    p.created_at + interval '1 day'
from paid as p
where p.status = 'paid';

insert into app.stripe_events (
    id, type, raw, created_at, received_at, state, applied_at
)
select
    'evt_' || replace(p.id::text, '-', ''),
    'charge.succeeded',
    b.body::bytea,
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

-- Of one payment in sixteen Stripe and the ledger once differed by a cent.
insert into app.ledger_differences (source_key, stripe_id, stripe_cents, ledger_cents, currency, found_at)
select
    'charge:ch_' || replace(p.id::text, '-', ''), 'txn_' || replace(p.id::text, '-', ''), p.amount_cents,
    p.amount_cents - 1, 'usd', p.created_at + interval '1 day'
from paid as p
where p.status = 'paid' and ascii(p.id::text) = ascii('7');

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
    payment_id, part, attempt, amount_cents, destination, status, stripe_transfer_id, created_at
)
select
    p.payment_id, p.part, 1, p.sent_cents, 'acct_' || p.payee_id, 'sent',
    'tr_' || replace(p.id::text, '-', ''), p.held_until
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
    case when f.owner_id is null then 0 else sum(f.amount_cents) end
from facts as f
group by f.account, f.owner_id;
insert into app.ledger_shards (account_id, shard, balance_cents)
select md5(f.account)::uuid, hashtext(f.transaction_id::text) & 15, sum(f.amount_cents)
from facts as f
where f.owner_id is null
group by 1, 2;

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
