-- Who may ask for money back, and when is it given back without asking an admin?

begin;
select plan(49);

create function pg_temp.ask(
    customer text, payment text, cents bigint default null, category text default 'poor_work',
    reason text default 'It still squeals.'
)
    returns text
    language plpgsql
as $$
declare
    asked uuid;
begin
    perform tests.act_as('customer', ask.customer);
    asked := api.request_refund(tests.id(ask.payment), ask.category, ask.reason, ask.cents);
    perform tests.act_as_owner();
    return (select r.status from app.refund_requests as r where r.id = asked);
exception
    when others then
        perform tests.act_as_owner();
        return sqlstate || ' ' || sqlerrm;
end;
$$;
create function pg_temp.withdraw(customer text) returns void language plpgsql as $$
begin
    perform tests.act_as('customer', withdraw.customer);
    perform api.withdraw_refund_request(r.id)
    from api.customer_refund_requests as r
    where r.status = 'open';
    perform tests.act_as_owner();
end;
$$;
create function pg_temp.in_work(session text) returns void language plpgsql as $$
begin
    perform tests.open_session('ben', session, 'brakes', 'Hum', 'Ford', 'Focus');
    perform tests.work_through(session, 'max');
end;
$$;

update app.limits set most = 1000;

-- Asking

select is(
    pg_temp.ask('ana', 'ana escalated payment', 2000), 'open', 'a customer asks for a part of what they paid'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$
        select
            payment_id, policy_version, amount_cents, category, reason, status, asked_at,
            decide_by - asked_at, settled_at, is_automated, granted_cents, decision_reason, refund_status
        from api.customer_refund_requests
    $$,
    $$
        values (
            tests.id('ana escalated payment'), 1, 2000::bigint, 'poor_work', 'It still squeals.', 'open',
            tests.instant(), interval '5 days', null::timestamptz, false, null::bigint, null::text, null::text
        )
    $$,
    'and sees the request'
);
select results_eq(
    'select version, ask_within, decide_within, unstarted_within from api.refund_policy',
    $$ values (1, interval '30 days', interval '5 days', interval '24 hours') $$,
    'and the policy'
);
select tests.act_as('customer', 'ben');
select is_empty('select from api.customer_refund_requests', 'nobody else''s');
select tests.act_as_owner();
select alike(
    pg_temp.ask('ana', 'ana escalated payment', 1), 'PT409 % asked for already', 'one request at a time'
);
select alike(pg_temp.ask('ben', 'ana escalated payment'), 'PT404 %', 'nobody asks for another''s');
select is(
    pg_temp.ask('ben', 'ben requested payment'), 'PT409 the payment was not made', 'nor for what was not paid'
);
select alike(
    pg_temp.ask('cleo', 'cleo repaired payment', cents), 'PT' || code || ' %', 'nor for ' || what
)
from (
    values
        (0, '422', 'nothing'), (-1, '422', 'less than nothing'), (2501, '409', 'more than they paid')
) as asked (cents, code, what);
select alike(
    pg_temp.ask('cleo', 'cleo repaired payment', 600, category, reason), 'PT422 %', 'nor with ' || what
)
from (
    values
        ('greed', 'It squeals.', 'a category that is not listed'),
        (null, 'It squeals.', 'no category'),
        ('other', '', 'an empty reason'),
        ('other', null, 'no reason'),
        ('other', repeat('x', 2001), 'a reason of more than 2000 bytes')
) as asked (category, reason, what);
select is(
    pg_temp.ask('cleo', 'cleo repaired payment', 600, 'other', repeat('x ', 990) || '415-555-2671'),
    'open', 'a telephone number in a reason'
);
select unalike(
    (select reason from app.refund_requests where payment_id = tests.id('cleo repaired payment')),
    '%2671%', 'is hidden'
);

-- Whoever may not ask

select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.request_refund(tests.id('ana active payment'), 'other', 'For her.') $$, '42501', null,
    'a mechanic does not ask'
);
select tests.act_as_owner();
update app.standings set barred_until = 'infinity', barred_from = '-infinity'
where person_id = tests.id('cleo');
select alike(
    pg_temp.ask('cleo', 'cleo repaired repair payment'), 'PT403 %', 'nor does who is barred'
);
update app.standings set barred_until = '-infinity', suspended_until = 'infinity'
where person_id = tests.id('cleo');
update app.limits set most = 1 where action = 'request_refund';
delete from app.limit_uses;
select is(
    pg_temp.ask('cleo', 'cleo repaired repair payment', 60000), 'open', 'who is suspended does'
);
select alike(
    pg_temp.ask('cleo', 'cleo repaired payment'), 'PT429 %', 'not more often than the limit lets them'
);
update app.limits set most = 1000;

-- A small amount is given back by itself, not to the same customer soon again

select is(
    pg_temp.ask('ben', 'ben with bart payment', 501), 'open', 'more than a small amount waits for an admin'
);
select pg_temp.withdraw('ben');
select is(
    pg_temp.ask('ben', 'ben with bart payment', 500), 'granted', 'a small one is given back at once'
);
select tests.act_as('customer', 'ben');
select results_eq(
    $$
        select is_automated, granted_cents, decision_reason, settled_at, refund_status
        from api.customer_refund_requests
        where status = 'granted'
    $$,
    $$ values (true, 500::bigint, null::text, tests.instant(), 'approved') $$,
    'the customer sees that a rule did it, and that it will be sent'
);
select results_eq(
    $$ select about_id from api.notices where kind = 'refund_granted' $$,
    $$ select id from api.customer_refund_requests where status = 'granted' $$,
    'and is told'
);
select results_eq(
    $$
        select status, refund_cents, refund_status
        from api.customer_payments
        where id = tests.id('ben with bart payment')
    $$,
    $$ values ('paid', null::bigint, null::text) $$,
    'the payment stands'
);
select tests.act_as_owner();
select is(
    (
        select count(*)
        from app.refunds as r
        inner join procrastinate.procrastinate_jobs as j
            on j.task_name = 'send_refund' and j.args = jsonb_build_object('refund_id', r.id)
        where r.payment_id = tests.id('ben with bart payment') and r.amount_cents = 500
    ),
    1::bigint, 'the worker is asked to send it'
);
select is((select rule from app.refund_requests where status = 'granted'), 'small', 'by a rule that is named');
select is(
    pg_temp.ask('ben', 'ben with bart payment', 100), 'open', 'the next one is an admin''s'
);
select is(
    pg_temp.ask('ben', 'ben queued payment', 100), 'open', 'whichever payment it is of'
);
select is(
    pg_temp.ask('ana', 'ana active payment', 100), 'granted', 'another customer had none yet'
);
select pg_temp.withdraw('ben');
select alike(
    pg_temp.ask('ben', 'ben with bart payment', 2001), 'PT409 less %',
    'what is owed back already is not asked for again'
);

-- A diagnostic that nobody began is given back whole

select is(
    pg_temp.ask('ana', 'ana active payment'), 'open', 'a diagnostic of which a mechanic wrote is an admin''s'
);
do $$
begin
    perform pg_temp.in_work('silent');
    perform tests.act_as('customer', 'ben');
    perform api.send_message(tests.id('silent thread'), 'Is anybody there?', gen_random_uuid());
    perform tests.act_as_owner();
end;
$$;
select is(pg_temp.ask('ben', 'silent payment', 2499), 'open', 'a part of one that is paid neither');
select pg_temp.withdraw('ben');
select is(
    pg_temp.ask('ben', 'silent payment'), 'granted', 'all of one that no mechanic wrote a word of is given back'
);
select results_eq(
    $$
        select s.status, t.is_open, r.amount_cents, q.rule
        from app.diagnostic_sessions as s
        inner join app.threads as t on s.id = t.session_id
        inner join app.refunds as r on r.payment_id = tests.id('silent payment')
        inner join app.refund_requests as q on r.refund_request_id = q.id
        where s.id = tests.id('silent')
    $$,
    $$ values ('cancelled', false, 2500::bigint, 'not_started') $$,
    'which ends it, and owes the money once'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    $$ select kind from api.notices where about_id = tests.id('silent') $$, $$ values ('session_cancelled') $$,
    'the mechanic is told no more than that'
);
select tests.act_as_owner();
select is(
    pg_temp.ask('ben', 'ben queued payment'), 'granted', 'so is one that waits in the queue'
);
select tests.act_as('mechanic', 'zoe');
select is_empty('select from api.mechanic_queue', 'and leaves it');
select tests.act_as_owner();
select is(
    (
        select count(*) from app.notices
        where kind = 'session_cancelled' and about_id = tests.id('ben queued')
    ),
    1::bigint, 'nobody is told but the customer'
);
do $$
begin
    perform pg_temp.in_work('finished');
    perform tests.complete('finished', 'max');
    perform pg_temp.in_work('just in time');
    perform pg_temp.in_work('just too late');
    perform tests.act_as('customer', 'ana');
    perform tests.named('repair', api.approve_quote(tests.id('ana escalated quote of Northside Garage')));
    perform tests.act_as_owner();
    perform tests.pay(tests.id('repair'));
    perform tests.named('repair payment', tests.id('repair'));
end;
$$;
select is(pg_temp.ask('ben', 'finished payment'), 'open', 'not one that is done');
select is(pg_temp.ask('ana', 'repair payment'), 'open', 'nor a repair');
select tests.move_clock(interval '24 hours' - interval '1 microsecond');
select is(pg_temp.ask('ben', 'just in time payment'), 'granted', 'within a day of paying');
select tests.move_clock(interval '1 microsecond');
select is(pg_temp.ask('ben', 'just too late payment'), 'open', 'not later');

-- Until when

select tests.move_clock(interval '29 days' - interval '1 microsecond');
select pg_temp.withdraw('ben');
select is(
    pg_temp.ask('ben', 'finished payment', 1000), 'open', 'for thirty days from when the work was done'
);
select pg_temp.withdraw('ben');
select tests.move_clock(interval '1 microsecond');
select is(
    pg_temp.ask('ben', 'finished payment', 1000), 'PT409 the time to ask for a refund is over',
    'not a moment later'
);
select is(
    pg_temp.ask('ben', 'just too late payment', 1000), 'open', 'without end for what was never done'
);

-- The next small one, when the last was long ago

select pg_temp.withdraw('ben');
select tests.move_clock(interval '60 days' - interval '1 microsecond');
select is(pg_temp.ask('ben', 'just too late payment', 100), 'open', 'ninety days');
select pg_temp.withdraw('ben');
select tests.move_clock(interval '1 microsecond');
select is(pg_temp.ask('ben', 'just too late payment', 100), 'granted', 'after the last small one another');

select * from finish();
rollback;
