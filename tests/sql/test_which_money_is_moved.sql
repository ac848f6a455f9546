-- Which money does the worker move, and what does it ask of Stripe again?

begin;
select plan(40);

-- What payees are owed, each row but "due" with one thing that matters; the worker finds it so.

update app.limits set most = 1000 where action = 'request_session';
insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id, transfers)
values
    (tests.id('max'), 'mechanic', 'acct_max', 'active'),
    (tests.id('zoe'), 'mechanic', 'acct_zoe', 'pending'),
    (tests.id('Harbor Auto'), 'workshop', 'acct_harbor', 'active'),
    (tests.id('Lakeview Repairs'), 'workshop', 'acct_lakeview', 'active');

create function pg_temp.owe(
    name text,
    part text,
    payee text,
    earned integer,
    sent integer default 0,
    returned integer default 0,
    off integer default 0,
    held interval default '0',
    withheld boolean default false,
    disputed boolean default false
)
    returns void
    language plpgsql
as $$
begin
    if part = 'work' then
        perform tests.open_session('ben', name, 'brakes', 'It squeals', 'Fiat', 'Panda');
    end if;
    insert into app.payables (
        payment_id, part, payee_kind, payee_id, about_id, currency, earned_at, held_until,
        earned_cents, sent_cents, returned_cents, offset_cents, withheld_at, is_disputed
    ) values (
        tests.id(owe.name || ' payment'), owe.part,
        case
            when exists (select from app.workshops as w where w.id = tests.id(payee)) then 'workshop'
            else 'mechanic'
        end,
        tests.id(payee), tests.id(owe.name), 'usd', tests.instant(), tests.instant() + held, earned,
        sent, returned, off, case when withheld then tests.instant() end, disputed
    );
end;
$$;
-- A transfer that was begun before; sent, it is a fact.
create function pg_temp.sent(name text, part text, id text, cents integer, status text, retry interval)
    returns void
    language sql
as $$
    insert into app.transfers (
        payment_id, part, attempt, amount_cents, destination, status, stripe_transfer_id, retry_at
    )
    select
        p.payment_id, sent.part, 1 + count(t.attempt), cents, a.stripe_account_id, sent.status, sent.id,
        tests.instant() + retry
    from app.payables as p
    inner join app.connected_accounts as a on p.payee_id = a.owner_id
    left join app.transfers as t on p.payment_id = t.payment_id
    where p.payment_id = tests.id(name || ' payment')
        and p.part = sent.part
    group by p.payment_id, a.stripe_account_id;
    insert into app.money_facts (id, kind, payment_id, part, amount_cents)
    select sent.id, 'transfer', tests.id(name || ' payment'), sent.part, cents
    where sent.status = 'sent';
$$;
create function pg_temp.refused(name text, transfer text, retry interval) returns void language sql as $$
    insert into app.transfer_reversals (
        payment_id, part, stripe_transfer_id, amount_cents, status, retry_at
    ) values (
        tests.id(name || ' payment'), 'work', transfer, 1, 'refused', tests.instant() + retry
    );
$$;

do $$
begin
    perform pg_temp.owe('too much', 'work', 'Harbor Auto', 100, sent => 150);
    perform pg_temp.sent('too much', 'work', 'tr_a', 100, 'sent', null);
    perform pg_temp.sent('too much', 'work', 'tr_b', 150, 'sent', null);
    perform pg_temp.owe('too much', 'referral', 'Harbor Auto', 400, sent => 400);
    perform pg_temp.sent('too much', 'referral', 'tr_referral', 400, 'sent', null);
    insert into app.money_facts (id, kind, payment_id, part, about, amount_cents)
    values ('trr_b', 'transfer_reversal', tests.id('too much payment'), 'work', 'tr_b', 140);
    perform pg_temp.owe('given back', 'work', 'Harbor Auto', 0, sent => 100, returned => 100, off => -50);
    perform pg_temp.sent('given back', 'work', 'tr_back', 100, 'sent', null);
    insert into app.money_facts (id, kind, payment_id, part, about, amount_cents)
    values ('trr_back', 'transfer_reversal', tests.id('given back payment'), 'work', 'tr_back', 100);
    perform pg_temp.owe('refused today', 'work', 'Harbor Auto', 0, sent => 70);
    perform pg_temp.sent('refused today', 'work', 'tr_today', 70, 'sent', null);
    perform pg_temp.refused('refused today', 'tr_today', '1 second');
    perform pg_temp.owe('refused before', 'work', 'Harbor Auto', 0, sent => 80);
    perform pg_temp.sent('refused before', 'work', 'tr_before', 80, 'sent', null);
    perform pg_temp.refused('refused before', 'tr_before', '0');

    perform pg_temp.owe('sent', 'work', 'max', 500, sent => 500);
    perform pg_temp.sent('sent', 'work', 'tr_sent', 500, 'sent', null);
    perform pg_temp.owe('held', 'work', 'max', 101, held => '1 second');
    perform pg_temp.owe('withheld', 'work', 'max', 102, withheld => true);
    perform pg_temp.owe('disputed', 'work', 'max', 103, disputed => true);
    perform pg_temp.owe('account not active', 'work', 'zoe', 104);
    perform pg_temp.owe('no account', 'work', 'sid', 105);
    perform pg_temp.owe('failed today', 'work', 'max', 106);
    perform pg_temp.sent('failed today', 'work', null, 106, 'failed', '1 second');
    perform pg_temp.owe('failed today', 'referral', 'max', 107);
    perform pg_temp.owe('failed before', 'work', 'max', 108);
    perform pg_temp.sent('failed before', 'work', null, 108, 'failed', '0');
    perform pg_temp.owe('begun', 'work', 'max', 109, withheld => true);
    perform pg_temp.sent('begun', 'work', null, 109, 'creating', null);
    perform pg_temp.owe('due', 'work', 'max', 110);

    insert into app.refunds (payment_id, customer_id, amount_cents, reason, status)
    values
        (tests.id('due payment'), tests.id('ben'), 10, 'Goodwill.', 'approved'),
        (tests.id('sent payment'), tests.id('ben'), 10, 'Goodwill.', 'sent'),
        (tests.id('held payment'), tests.id('ben'), 10, 'Goodwill.', 'failed');
end;
$$;

-- What is queued

create function pg_temp.queue() returns integer language plpgsql as $$
declare
    queued integer;
begin
    perform tests.act_as_service('worker');
    queued := backend.enqueue_due_money();
    perform tests.act_as_owner();
    return queued;
end;
$$;
create temporary view waiting as
    select
        j.id,
        j.task_name,
        regexp_replace(n.name, ' payment$', '') as name,
        j.args ->> 'part' as part,
        j.status::text
    from procrastinate.procrastinate_jobs as j
    left join app.refunds as r on (j.args ->> 'refund_id')::uuid = r.id
    inner join tests.names as n on coalesce((j.args ->> 'payment_id')::uuid, r.payment_id) = n.id
    where j.task_name in ('send_refund', 'send_transfer', 'reverse_transfer');

select is(pg_temp.queue(), 7, 'the worker queues what is due');
select set_eq(
    'select task_name, name, part from waiting',
    $$
        values
            ('send_refund', 'due', null),
            ('send_transfer', 'due', 'work'),
            ('send_transfer', 'failed before', 'work'),
            ('send_transfer', 'failed today', 'referral'),
            ('send_transfer', 'begun', 'work'),
            ('reverse_transfer', 'too much', 'work'),
            ('reverse_transfer', 'refused before', 'work')
    $$,
    'what is earned and past its hold, what was sent too much, and what was begun; nothing else'
);
select is(pg_temp.queue(), 0, 'what is queued is not queued again');
update procrastinate.procrastinate_jobs as j
set status = case when w.name = 'begun' then 'doing' else 'succeeded' end::procrastinate.procrastinate_job_status
from waiting as w
where j.id = w.id;
select is(pg_temp.queue(), 6, 'until its job has ended, if it is still due then');
select is_empty(
    $$ select from waiting where name = 'begun' and status = 'todo' $$, 'a job that runs has not'
);

-- What a payee was sent too much

create function pg_temp.reverse(name text)
    returns table (reversal_id uuid, stripe_transfer_id text, amount_cents bigint, look_up boolean)
    language plpgsql
as $$
begin
    perform tests.act_as_service('worker');
    return query
    select r.reversal_id, r.stripe_transfer_id, r.amount_cents, r.look_up
    from backend.begin_reversal(tests.id(reverse.name || ' payment'), 'work') as r;
    perform tests.act_as_owner();
end;
$$;
create function pg_temp.end_reversal(name text, failure text) returns void language plpgsql as $$
declare
    ended uuid;
begin
    select r.id into strict ended
    from app.transfer_reversals as r
    where r.payment_id = tests.id(end_reversal.name || ' payment')
        and r.amount_cents > 1;
    perform tests.act_as_service('worker');
    perform backend.end_reversal(ended, end_reversal.failure);
    perform tests.act_as_owner();
end;
$$;
select results_eq(
    $$ select stripe_transfer_id, amount_cents, look_up from pg_temp.reverse('too much') $$,
    $$ values ('tr_a', 50::bigint, false) $$,
    'it is taken back from the transfer of which the most is left'
);
select results_eq(
    $$ select stripe_transfer_id, amount_cents from pg_temp.reverse('too much') $$,
    $$ values ('tr_a', 50::bigint) $$,
    'asked again, it is the same reversal'
);
select is(
    (select count(*) from app.transfer_reversals), 3::bigint, 'written down once, and no other'
);
select is_empty(
    $$
        select pg_temp.reverse(name)
        from unnest(array['given back', 'refused today', 'sent', 'due']) as n (name)
    $$,
    'nothing is taken back that was given back, refused a moment ago, or is not owed'
);
select results_eq(
    $$ select stripe_transfer_id, amount_cents from pg_temp.reverse('refused before') $$,
    $$ values ('tr_before', 80::bigint) $$,
    'what was refused is asked for again in time'
);
select tests.move_clock('22 hours 59 minutes');
select is(r.look_up, false, 'within 23 hours Stripe knows its key') from pg_temp.reverse('too much') as r;
select tests.move_clock('1 minute');
select is(r.look_up, true, 'then the worker looks whether it was made') from pg_temp.reverse('too much') as r;
select tests.move_clock('-23 hours');
select pg_temp.end_reversal('too much', null);
select results_eq(
    $$
        select n.name, r.status, r.failure
        from app.transfer_reversals as r
        inner join tests.names as n on r.payment_id = n.id
        where r.amount_cents > 1
        order by n.name desc
    $$,
    $$
        values
            ('too much payment', 'done', null),
            ('refused before payment', 'creating', null)
    $$,
    'a reversal that was made is done, and another goes on'
);
select pg_temp.end_reversal('too much', 'told late');
select is(
    (select failure from app.transfer_reversals where stripe_transfer_id = 'tr_a'), null,
    'what is done is not refused afterwards'
);
select pg_temp.end_reversal('refused before', 'insufficient_funds');
select results_eq(
    $$
        select status, failure, retry_at - tests.instant()
        from app.transfer_reversals
        where stripe_transfer_id = 'tr_before' and amount_cents > 1
    $$,
    $$ values ('refused', 'insufficient_funds', interval '1 day') $$,
    'one that Stripe refuses is asked for a day later'
);

-- What is due to a payee

create function pg_temp.begin(name text, part text default 'work')
    returns setof record
    language plpgsql
as $$
begin
    perform tests.act_as_service('worker');
    return query
    select
        t.attempt, t.idempotency_key, t.amount_cents, t.destination, t.source_transaction, t.look_up
    from backend.begin_transfer(tests.id(begin.name || ' payment'), begin.part) as t;
    perform tests.act_as_owner();
end;
$$;
create function pg_temp.begun(name text, part text default 'work') returns text language sql as $$
    select string_agg(concat_ws(' ', t.attempt, t.cents, t.destination, t.look_up), ', ')
    from pg_temp.begin(name, part)
        as t (attempt integer, key text, cents bigint, destination text, source text, look_up boolean);
$$;
insert into app.money_facts (id, kind, payment_id, amount_cents, learned_at)
values
    ('ch_1', 'charge', tests.id('due payment'), 200, tests.instant() - interval '2 seconds'),
    ('ch_0', 'charge', tests.id('due payment'), 200, tests.instant() - interval '1 second'),
    ('dw_1', 'dispute_withdrawal', tests.id('due payment'), 200, tests.instant() - interval '1 day');
select results_eq(
    $$
        select *
        from pg_temp.begin('due')
            as t (attempt integer, key text, cents bigint, destination text, source text, look_up boolean)
    $$,
    $$
        values (
            1, 'transfer:' || tests.id('due payment') || ':work:1', 110::bigint, 'acct_max', 'ch_1',
            false
        )
    $$,
    'what is due is sent to the payee''s account, out of the first charge'
);
select is(pg_temp.begun('due'), '1 110 acct_max f', 'asked again, it is the same transfer');
select is(pg_temp.begun(name), null, 'nothing is sent that is ' || name)
from unnest(
    array['sent', 'held', 'withheld', 'disputed', 'account not active', 'no account', 'too much']
) as n (name);
select is(pg_temp.begun('failed before'), '2 108 acct_max f', 'what failed is tried again');
select is(pg_temp.begun('begun'), '1 109 acct_max t', 'what may not be sent any more is looked up');
select is(pg_temp.begun('failed today', 'referral'), '1 107 acct_max f', 'each part by itself');

create function pg_temp.fail(name text, attempt integer) returns void language plpgsql as $$
begin
    perform tests.act_as_service('worker');
    perform backend.fail_transfer(
        tests.id(fail.name || ' payment'), 'work', fail.attempt, 'declined', '1 hour'
    );
    perform tests.act_as_owner();
end;
$$;
select pg_temp.fail('due', 2);
select pg_temp.fail('sent', 1);
select is_empty(
    $$ select from app.transfers where failure = 'declined' $$,
    'neither another attempt fails, nor one that was sent'
);
select pg_temp.fail('due', 1);
select results_eq(
    $$
        select n.name, t.part, t.attempt, t.status, t.retry_at - tests.instant()
        from app.transfers as t
        inner join tests.names as n on t.payment_id = n.id
        where failure = 'declined'
    $$,
    $$ values ('due payment', 'work', 1, 'failed', interval '1 hour') $$,
    'one fails for an hour, and no other'
);
select is_empty(
    $$
        select from app.payables
        where payee_id = tests.id('max')
            and withheld_at is not null
            and payment_id not in (tests.id('withheld payment'), tests.id('begun payment'))
    $$,
    'nothing of a mechanic in good standing is withheld for it'
);

-- What a payee owes is taken from what they are due, once Stripe has refused to take it back

do $$
begin
    perform pg_temp.owe('debt', 'work', 'Lakeview Repairs', 0, sent => 30);
    perform pg_temp.sent('debt', 'work', 'tr_debt', 30, 'sent', null);
    perform pg_temp.owe('earned later', 'work', 'Lakeview Repairs', 100);
    perform pg_temp.owe('earned last', 'work', 'Lakeview Repairs', 100);
    perform app.post_transaction(
        'earned in a play', 'Repair done', null, null,
        jsonb_build_array(
            jsonb_build_object('account', 'loss', 'amount_cents', 170),
            jsonb_build_object(
                'account', 'payable.workshop', 'owner_id', tests.id('Lakeview Repairs'),
                'amount_cents', -200
            ),
            jsonb_build_object(
                'account', 'receivable.workshop', 'owner_id', tests.id('Lakeview Repairs'),
                'amount_cents', 30
            )
        ),
        'usd'
    );
end;
$$;
select is(pg_temp.begun('earned later'), '1 100 acct_lakeview f', 'not before Stripe has');
select pg_temp.refused('debt', 'tr_debt', '1 day');
select is(pg_temp.begun('earned last'), '1 70 acct_lakeview f', 'then what is left is sent');
select is(
    (select owed_cents from app.payables where payment_id = tests.id('debt payment')), 0::bigint,
    'and the debt is paid'
);

-- What was begun is seen through

insert into app.transfer_reversals (payment_id, part, stripe_transfer_id, amount_cents)
values (tests.id('sent payment'), 'work', 'tr_sent', 1);
select pg_temp.queue();
select isnt_empty(
    $$ select from waiting where task_name = 'reverse_transfer' and name = 'sent' $$,
    'a reversal that was begun is asked for, whether or not it is still owed'
);

-- What goes back to customers

create function pg_temp.refund(name text) returns text language plpgsql as $$
declare
    asked uuid := (
        select r.id from app.refunds as r
        where r.payment_id = tests.id(refund.name || ' payment')
            and not r.is_surplus
    );
    begun record;
begin
    perform tests.act_as_service('worker');
    select * into begun from backend.begin_refund(asked);
    perform tests.act_as_owner();
    return concat_ws(' ', begun.attempt, begun.amount_cents, begun.stripe_charge_id, begun.look_up);
end;
$$;
create function pg_temp.fail_refund(name text, again boolean) returns void language plpgsql as $$
declare
    failed uuid := (
        select r.id from app.refunds as r
        where r.payment_id = tests.id(fail_refund.name || ' payment')
            and not r.is_surplus
    );
begin
    perform tests.act_as_service('worker');
    perform backend.fail_refund(failed, 'lost_or_stolen_card', again);
    perform tests.act_as_owner();
end;
$$;
insert into app.refunds (payment_id, customer_id, amount_cents, reason, stripe_charge_id)
values (tests.id('due payment'), tests.id('ben'), 200, 'A second charge.', 'ch_0');
insert into app.money_facts (id, kind, payment_id, about, amount_cents)
values
    ('ch_', 'charge', tests.id('sent payment'), null, 200),
    ('a_refund', 'refund', tests.id('due payment'), 'ch_1', 5);
insert into app.refunds (payment_id, customer_id, amount_cents, reason)
values (tests.id('withheld payment'), tests.id('ben'), 10, 'Its charge was not told of.');
select is(
    pg_temp.refund('due'), '1 10 ch_1 f', 'a refund is of the charge that pays, not of a second one'
);
select is(pg_temp.refund('withheld'), '', 'there is none before its charge was told of');
select is(pg_temp.refund('sent'), '', 'nor if it was sent');
select tests.move_clock('23 hours');
select is(pg_temp.refund('due'), '1 10 ch_1 t', 'after 23 hours the worker looks whether it was made');
select pg_temp.fail_refund('due', true);
select is(pg_temp.refund('due'), '2 10 ch_1 f', 'one that was Stripe''s fault is asked for anew');
select pg_temp.fail_refund('due', false);
select pg_temp.fail_refund('sent', true);
select pg_temp.fail_refund('sent', false);
select set_eq(
    $$
        select regexp_replace(n.name, ' payment$', ''), r.status, r.attempt, r.failure
        from app.refunds as r
        inner join tests.names as n on r.payment_id = n.id
        where not r.is_surplus
            and r.amount_cents = 10
    $$,
    $$
        values
            ('due', 'failed', 2, 'lost_or_stolen_card'),
            ('sent', 'sent', 1, null),
            ('held', 'failed', 1, null),
            ('withheld', 'approved', 1, null)
    $$,
    'another fails for good; one that was sent does not, and no other'
);

select * from finish();
rollback;
