-- A ledger of bench.entries entries, made by the set: what make bench-money reads statements of.
--
-- Each part is one step of the progress bar. A job has nine entries: its charge, Stripe's fee, what is earned once
-- it is done, and the transfer. Three jobs in ten are repairs by a workshop, the others diagnostics by a mechanic.
--
--   mechanics    5,000; number 0 does one job in 17
--   workshops    2,500; number 0 does one repair in 14, and its advisor has two workshops
--   jobs         over three years, evenly, in the order of their numbers
--
-- Triggers are off while loading; every transaction adds up to zero, and each account's balance to its entries.

-- step: emptying the tables

begin;
truncate app.ledger_transactions, app.ledger_accounts, app.ledger_shards, app.ledger_entries;

create function pg_temp.chance(kind text, number bigint) returns double precision
    language sql immutable
    return (hashint8extended(number, hashtext(kind)) & 1048575) / 1048576.0;  -- in [0, 1)
create function pg_temp.id(kind text, number bigint) returns uuid
    language sql immutable
    return md5(kind || ' ' || number)::uuid;

-- Indexes are built at the end, as they are defined.
create temporary table later as
select
    10 as place,
    format('drop index %s', i.indexrelid::regclass) as undo,
    pg_get_indexdef(i.indexrelid) as redo
from pg_index as i
where i.indrelid in ('app.ledger_transactions'::regclass, 'app.ledger_entries'::regclass)
    and not exists (select from pg_constraint as c where c.conindid = i.indexrelid)
union all
select
    5,
    format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname),
    format(
        'alter table %s add constraint %I %s', c.conrelid::regclass, c.conname,
        pg_get_constraintdef(c.oid)
    )
from pg_constraint as c
where c.conname in ('ledger_entries_pkey', 'a_fact_is_posted_once');
do $$
declare
    one record;
begin
    for one in select * from later loop
        execute one.undo;
    end loop;
end;
$$;

-- step: jobs

create temporary table jobs as
select
    n,
    pg_temp.id('payment', n) as payment_id,
    timestamptz '2026-12-01' - interval '3 years' * (1 - n::float8 / (z.entries / 9)) as at,
    w.is_repair,
    case
        when w.is_repair then pg_temp.id('workshop', (2500 * power(w.luck, 3))::bigint)
        else pg_temp.id('mechanic', (5000 * power(w.luck, 3))::bigint)
    end as payee_id,
    case when w.is_repair then 'payable.workshop' else 'payable.mechanic' end as payable,
    case when w.is_repair then 20000 + (w.luck * 160000)::bigint else 2500 end as cents
from (select current_setting('bench.entries')::bigint as entries) as z
cross join generate_series(1, z.entries / 9) as n
cross join lateral (
    select pg_temp.chance('kind', n) < 0.3 as is_repair, pg_temp.chance('payee', n) as luck
) as w;

-- step: transactions

insert into app.ledger_transactions (
    id, source_key, description, payment_id, fee_schedule_version, posted_at
)
select
    pg_temp.id(f.key, j.n), f.key || ':' || j.payment_id, f.description, j.payment_id, 1, j.at + f.later
from jobs as j
cross join (
    values
    ('charge', 'Payment received', interval '0'),
    ('fee', 'Stripe''s fee', interval '1 minute'),
    ('done', 'Work done', interval '2 hours'),
    ('transfer', 'Sent', interval '7 days')
) as f (key, description, later);

-- step: entries

insert into app.ledger_entries (
    transaction_id, account_id, account, owner_id, description, amount_cents, currency, posted_at,
    held_until
)
select
    pg_temp.id(e.key, j.n),
    md5(e.account || coalesce(e.owner_id::text, ''))::uuid,
    e.account,
    e.owner_id,
    e.description,
    e.cents,
    'usd',
    j.at + e.later,
    case when e.key = 'done' and e.account = j.payable then j.at + interval '7 days 2 hours' end
from jobs as j
cross join lateral (
    values
    ('charge', 'Payment received', interval '0', 'stripe.balance', null::uuid, j.cents),
    ('charge', 'Payment received', '0', 'customer.held', j.payment_id, -j.cents),
    ('fee', 'Stripe''s fee', '1 minute', 'stripe.fee', null, 30 + j.cents * 29 / 1000),
    ('fee', 'Stripe''s fee', '1 minute', 'stripe.balance', null, -30 - j.cents * 29 / 1000),
    ('done', 'Work done', '2 hours', 'customer.held', j.payment_id, j.cents),
    ('done', 'Work done', '2 hours', j.payable, j.payee_id, j.cents / 10 - j.cents),
    ('done', 'Work done', '2 hours', 'platform.fee', null, -(j.cents / 10)),
    ('transfer', 'Sent', '7 days', j.payable, j.payee_id, j.cents - j.cents / 10),
    ('transfer', 'Sent', '7 days', 'stripe.balance', null, j.cents / 10 - j.cents)
) as e (key, description, later, account, owner_id, cents);

-- step: accounts

insert into app.ledger_accounts (id, name, owner_id, currency, balance_cents)
select
    e.account_id,
    e.account,
    e.owner_id,
    e.currency,
    case when e.owner_id is null then 0 else sum(e.amount_cents) end
from app.ledger_entries as e
group by e.account_id, e.account, e.owner_id, e.currency;
insert into app.ledger_shards (account_id, shard, balance_cents)
select e.account_id, hashtext(e.transaction_id::text) & 15, sum(e.amount_cents)
from app.ledger_entries as e
where e.owner_id is null
group by 1, 2;

-- step: indexes

do $$
declare
    one record;
begin
    for one in select * from later order by place loop
        execute one.redo;
    end loop;
end;
$$;

-- step: who reads

insert into app.people (id, persona)
values
    (pg_temp.id('mechanic', 0), 'mechanic'),
    (pg_temp.id('mechanic', 3300), 'mechanic'),
    (pg_temp.id('advisor', 0), 'workshop'),
    (pg_temp.id('advisor', 1), 'workshop'),
    (pg_temp.id('admin', 0), 'platform_admin');
insert into app.standings (person_id, persona)
values
    (pg_temp.id('advisor', 0), 'workshop'),
    (pg_temp.id('advisor', 1), 'workshop'),
    (pg_temp.id('admin', 0), 'platform_admin');
insert into app.standings (workshop_id)
values
    (pg_temp.id('workshop', 0)),
    (pg_temp.id('workshop', 1700)),
    (pg_temp.id('workshop', 1800));
insert into app.workshop_members (workshop_id, person_id)
values
    (pg_temp.id('workshop', 0), pg_temp.id('advisor', 0)),
    (pg_temp.id('workshop', 1700), pg_temp.id('advisor', 0)),
    (pg_temp.id('workshop', 1800), pg_temp.id('advisor', 1));
commit;
