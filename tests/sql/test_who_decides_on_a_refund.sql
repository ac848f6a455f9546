-- Who decides on a refund that was asked for, and what waits meanwhile?

begin;
select plan(95);

update app.limits set most = 1000;

create function pg_temp.ask(customer text, payment text, cents bigint default null)
    returns text
    language plpgsql
as $$
begin
    perform tests.act_as('customer', ask.customer);
    perform tests.named(
        'request about ' || payment, api.request_refund(tests.id(payment), 'other', 'It squeals.', cents)
    );
    perform tests.act_as_owner();
    return null;
exception
    when others then
        perform tests.act_as_owner();
        return sqlstate;
end;
$$;
create function pg_temp.decide(
    admin text, payment text, decision text, cents bigint default null, reason text default 'We looked.'
)
    returns text
    language plpgsql
as $$
begin
    perform tests.act_as('platform_admin', admin);
    perform api.decide_refund_request(tests.id('request about ' || payment), decision, reason, cents);
    perform tests.act_as_owner();
    return null;
exception
    when others then
        perform tests.act_as_owner();
        return sqlstate;
end;
$$;
create function pg_temp.status(payment text) returns text language sql as $$
    select r.status from app.refund_requests as r
    where r.id = (select tests.id('request about ' || status.payment));
$$;
create function pg_temp.state_of(payment text) returns text language plpgsql as $$
declare
    state text;
begin
    perform tests.act_as('mechanic', 'max');
    select e.state into state
    from api.mechanic_earnings as e
    where e.part = 'work' and e.about_id = tests.id(replace(payment, ' payment', ''));
    perform tests.act_as_owner();
    return state;
end;
$$;
create function pg_temp.is_queued(payment text) returns boolean language plpgsql as $$
begin
    delete from procrastinate.procrastinate_jobs;
    perform tests.act_as_service('worker');
    perform backend.enqueue_due_money();
    perform tests.act_as_owner();
    return exists (
        select from procrastinate.procrastinate_jobs as j
        where j.task_name = 'send_transfer' and j.args ->> 'payment_id' = tests.id(payment)::text
    );
end;
$$;
create function pg_temp.due(payment text) returns text language plpgsql as $$
declare
    begun text;
begin
    perform tests.act_as_service('worker');
    select case when t.look_up then 'look up' else t.amount_cents::text end into begun
    from backend.begin_transfer(tests.id(due.payment), 'work') as t;
    perform tests.act_as_owner();
    return coalesce(begun, 'nothing');
end;
$$;
create function pg_temp.told(id text, type text, said jsonb) returns text language plpgsql as $$
begin
    return tests.stripe_event('evt_' || id || gen_random_uuid(), told.type, jsonb_build_object('id', told.id) || said);
end;
$$;
create function pg_temp.charge(payment text) returns text language sql as $$
    select id from app.money_facts where kind = 'charge' and payment_id = (select tests.id(charge.payment));
$$;
create function pg_temp.refunded(id text, payment text, cents bigint) returns text language sql as $$
    select pg_temp.told(
        refunded.id, 'refund.created',
        jsonb_build_object(
            'object', 'refund', 'amount', cents, 'currency', 'usd', 'status', 'pending',
            'charge', pg_temp.charge(payment), 'metadata', jsonb_build_object(
                'refund_id', (
                    select r.id from app.refunds as r
                    where r.payment_id = (select tests.id(payment)) and r.status = 'approved'
                        and r.amount_cents = cents
                )
            )
        )
    );
$$;
create function pg_temp.dispute(payment text, type text, status text) returns text language sql as $$
    select pg_temp.told(
        'dp_' || md5(payment), 'charge.dispute.' || type,
        jsonb_build_object(
            'object', 'dispute', 'amount', 1000, 'currency', 'usd', 'charge', pg_temp.charge(payment),
            'status', dispute.status, 'created', 1763800000, 'balance_transactions', '[]'::jsonb
        )
    );
$$;

do $$
begin
    perform tests.invite('abe', 'platform_admin');
    insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id, transfers)
    values
        (tests.id('max'), 'mechanic', 'acct_max', 'active'),
        (tests.id('Northside Garage'), 'workshop', 'acct_ng', 'active');
    perform tests.open_session('ben', 'ben mended', 'engine', 'Smoke', 'Ford', 'Focus');
    perform tests.work_through('ben mended', 'max');
    perform tests.complete('ben mended', 'max');
    perform tests.open_session('ben', 'ben knocks', 'engine', 'Smoke', 'Ford', 'Focus');
    perform tests.work_through('ben knocks', 'max');
    perform tests.complete('ben knocks', 'max');
    perform tests.move_clock('8 days');
end;
$$;

-- What was earned waits for the decision, and its payee is told so, and no more

select is(pg_temp.state_of('ana escalated payment'), 'payable', 'what is earned and past its hold is payable');
select ok(pg_temp.is_queued('ana escalated payment'), 'and the worker is asked to send it');
select is(pg_temp.ask('ana', 'ana escalated payment'), null, 'the customer asks for a refund');
select tests.act_as('mechanic', 'max');
select results_eq(
    $$
        select state, refund_asked_until, owed_cents
        from api.mechanic_earnings
        where about_id = tests.id('ana escalated')
    $$,
    $$ values ('refund_requested', tests.instant() + interval '5 days', 2250::bigint) $$,
    'the mechanic sees that it waits, until when'
);
select tests.act_as_owner();
update app.payables set held_until = held_until + interval '6 days' where about_id = tests.id('ana escalated');
select tests.act_as('mechanic', 'max');
select is(
    (select state from api.mechanic_earnings where about_id = tests.id('ana escalated')), 'refund_requested',
    'while it is held too, that it waits for a decision if this takes longer'
);
select tests.act_as_owner();
update app.payables set held_until = held_until + interval '6 days' where about_id = tests.id('ana escalated');
select tests.act_as('mechanic', 'max');
select is(
    (select state from api.mechanic_earnings where about_id = tests.id('ana escalated')), 'held',
    'and else that it is held'
);
select tests.act_as_owner();
update app.payables set held_until = held_until - interval '12 days' where about_id = tests.id('ana escalated');
select tests.act_as('mechanic', 'max');
select is_empty(
    $$ select from api.notices where kind like '%refund%' $$, 'and hears nothing of it'
);
select tests.act_as_owner();
select ok(not pg_temp.is_queued('ana escalated payment'), 'it is not sent');
select is(pg_temp.due('ana escalated payment'), 'nothing', 'whoever asks');
select tests.act_as('workshop', 'walt');
select results_eq(
    'select state, refund_asked_until from api.workshop_earnings', $$ values ('payable', null::timestamptz) $$,
    'what another payment earned is not held'
);
select tests.act_as_owner();
select is(pg_temp.ask('cleo', 'cleo repaired repair payment', 30000), null, 'a quarter of a repair is asked for');
select tests.act_as('workshop', 'walt');
select results_eq(
    'select state, refund_asked_until from api.workshop_earnings',
    $$ values ('refund_requested', tests.instant() + interval '5 days') $$,
    'the workshop waits too'
);
select tests.act_as('mechanic', 'max');
select is(
    (select state from api.mechanic_earnings where part = 'referral'), 'refund_requested',
    'and the referral'
);
select tests.act_as_owner();
select tests.move_clock(interval '5 days' - interval '1 microsecond');
select is(pg_temp.due('ana escalated payment'), 'nothing', 'for five days');
select tests.move_clock(interval '1 microsecond');
select is(pg_temp.state_of('ana escalated payment'), 'payable', 'and no longer');
select ok(pg_temp.is_queued('ana escalated payment'), 'undecided, it is sent');
select tests.move_clock(interval '-2 days');

-- The queue

select tests.act_as('platform_admin', 'ada');
select results_eq(
    $$
        select payment_id, amount_cents, reason, decided_by, rule
        from api.admin_refund_requests
        where status = 'open'
        order by asked_at, amount_cents
    $$,
    $$
        values
            (tests.id('ana escalated payment'), 2500::bigint, 'It squeals.', null::uuid, null::text),
            (tests.id('cleo repaired repair payment'), 30000::bigint, 'It squeals.', null, null)
    $$,
    'admins see what waits for them'
);
select tests.act_as_owner();

-- Who may not decide, and how not

select is(pg_temp.decide('ada', 'ana escalated payment', decision, cents, reason), 'PT422', 'not with ' || what)
from (
    values
        ('maybe', null, 'A reason.', 'another decision'),
        (null, null, 'A reason.', 'none'),
        ('granted', null, '', 'an empty reason'),
        ('granted', null, null, 'no reason'),
        ('granted', 0, 'A reason.', 'nothing granted'),
        ('granted', 2501, 'A reason.', 'more than was asked for'),
        ('refused', 100, 'A reason.', 'an amount that is refused')
) as refused (decision, cents, reason, what);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.decide_refund_request(gen_random_uuid(), 'refused', 'None.') $$, 'PT404', null,
    'nor on a request that nobody made'
);
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.decide_refund_request(tests.id('request about ana escalated payment'), 'granted', 'Mine.') $$,
    '42501', null, 'nor does the customer'
);
select tests.act_as_owner();
update app.standings set suspended_until = 'infinity' where person_id = tests.id('abe');
select is(pg_temp.decide('abe', 'ana escalated payment', 'granted'), 'PT403', 'nor a suspended admin');
update app.standings set suspended_until = '-infinity' where person_id = tests.id('abe');

-- Refused

select is(
    pg_temp.decide('ada', 'ana escalated payment', 'refused', reason => 'Call us: 415-555-2671'), null,
    'an admin refuses'
);
select is(pg_temp.state_of('ana escalated payment'), 'payable', 'what was held is payable at once');
select is(
    pg_temp.decide('abe', 'ana escalated payment', 'granted'), 'PT409', 'nobody decides again'
);
select tests.act_as('platform_admin', 'abe');
select throws_ok(
    $$ select api.decide_refund_request(tests.id('request about ana escalated payment'), 'granted', 'Yes.') $$,
    'PT409', 'the request is settled already', 'and is told so'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$
        select status, is_automated, settled_at, granted_cents, decision_reason like '%2671%'
        from api.customer_refund_requests
    $$,
    $$ values ('refused', false, tests.instant(), null::bigint, false) $$,
    'the customer reads it, with the reason'
);
select isnt_empty(
    $$ select from api.notices where kind = 'refund_refused'
        and about_id = tests.id('request about ana escalated payment') $$, 'and is told'
);
select throws_ok(
    $$ select api.withdraw_refund_request(tests.id('request about ana escalated payment')) $$, 'PT409',
    'the request is settled already',
    'it is not withdrawn any more'
);
select tests.act_as_owner();
select is(pg_temp.ask('ana', 'ana escalated payment', 1000), 'PT409', 'nor asked for again');
select results_eq(
    $$ select actor_id, subject_id, details from app.audit_log where action = 'decide_refund_request' $$,
    $$
        values (
            tests.id('ada'), tests.id('request about ana escalated payment'),
            '{"decision": "refused", "cents": 0}'::jsonb
        )
    $$,
    'it is written down who decided'
);
select throws_ok(statement, '23001', null, 'what was decided ' || what)
from (
    values
        ($$ update app.refund_requests set decision_reason = 'Else.' where status = 'refused' $$, 'is not changed'),
        ($$ delete from app.refund_requests where status = 'refused' $$, 'nor removed'),
        ('truncate app.refund_requests cascade', 'in whatever way')
) as tried (statement, what);

-- Granted in part

select is(
    pg_temp.decide('abe', 'cleo repaired repair payment', 'granted', 20000, 'We looked. 415-555-2671'), null,
    'another grants a part'
);
select tests.act_as('customer', 'cleo');
select results_eq(
    $$
        select status, is_automated, granted_cents, decision_reason like 'We looked.%' and decision_reason not like '%2671%',
            refund_status
        from api.customer_refund_requests
    $$,
    $$ values ('granted', false, 20000::bigint, true, 'approved') $$, 'the customer sees how much, and why'
);
select tests.act_as('workshop', 'walt');
select results_eq(
    $$ select about_id from api.notices where kind = 'payment_refunded' $$,
    $$ values (tests.id('cleo repaired quote of Northside Garage')) $$, 'the workshop is told that some was'
);
select is((select state from api.workshop_earnings), 'refund_requested', 'and waits until it has gone back');
select tests.act_as_owner();
select is(pg_temp.refunded('re_1', 'cleo repaired repair payment', 20000), 'done', 'Stripe sends it');
select tests.act_as('workshop', 'walt');
select results_eq(
    'select state, earned_cents, refund_asked_until from api.workshop_earnings',
    $$ values ('payable', 90000::bigint, null::timestamptz) $$, 'then the workshop is due the rest'
);
select tests.act_as('customer', 'cleo');
select is((select refund_status from api.customer_refund_requests), 'sent', 'the customer sees that it is sent');
select tests.act_as_owner();
select results_eq(
    $$ select account, sum(amount_cents)::bigint from app.ledger_entries as e
        inner join app.ledger_transactions as t on e.transaction_id = t.id
        where t.payment_id = tests.id('cleo repaired repair payment')
        group by account having sum(amount_cents) <> 0 order by account $$,
    $$
        values
            ('payable.mechanic', -5000::bigint), ('payable.workshop', -90000), ('platform.fee', -10000),
            ('referral.expense', 5000), ('stripe.balance', 100000)
    $$,
    'everybody bears their part'
);
select is(pg_temp.ask('cleo', 'cleo repaired repair payment', 100001), 'PT409', 'more than is left is not asked for');
select is(pg_temp.ask('cleo', 'cleo repaired payment', 1000), null, 'of another payment it is');

-- What went back meanwhile is not granted again

select pg_temp.refunded('re_2', 'cleo repaired payment', 2000);
select is(pg_temp.decide('ada', 'cleo repaired payment', 'granted'), 'PT409', 'less is left than was asked for');
select is(pg_temp.decide('ada', 'cleo repaired payment', 'granted', 500), null, 'what is left is granted');

-- What is on its way when a refund is asked for is seen through, not sent anew

select is(pg_temp.due('ben mended payment'), '2250', 'a transfer has begun');
select is(pg_temp.ask('ben', 'ben mended payment'), null, 'when the customer asks');
select is(pg_temp.due('ben mended payment'), 'look up', 'whether it was made is looked up');
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.withdraw_refund_request(tests.id('request about ben mended payment')) $$, 'PT404', null,
    'nobody withdraws another''s'
);
select tests.act_as_owner();
update app.standings set barred_until = 'infinity', barred_from = '-infinity' where person_id = tests.id('ben');
select tests.act_as('customer', 'ben');
select throws_ok(
    $$ select api.withdraw_refund_request(tests.id('request about ben mended payment')) $$, 'PT403', null,
    'nor does who is barred'
);
select tests.act_as_owner();
update app.standings set barred_until = '-infinity', suspended_until = 'infinity' where person_id = tests.id('ben');
select tests.act_as('customer', 'ben');
select lives_ok(
    $$ select api.withdraw_refund_request(tests.id('request about ben mended payment')) $$,
    'who asked does, suspended or not'
);
select tests.act_as_owner();
update app.standings set suspended_until = '-infinity' where person_id = tests.id('ben');
select is(pg_temp.due('ben mended payment'), '2250', 'and it is sent');
select throws_ok(
    $$ update app.refund_requests set status = 'open' where status = 'withdrawn' $$, 'PT409', null,
    'what was withdrawn stays so'
);
select lives_ok(
    $$ delete from tests.names where name = 'request about ben mended payment' $$, 'but may be asked for anew'
);
select is(pg_temp.ask('ben', 'ben mended payment'), null, 'once more');

-- A bank that decides takes it out of our hands; an inquiry does not

select is(pg_temp.dispute('ben mended payment', 'created', 'warning_needs_response'), 'done', 'an inquiry');
select is(pg_temp.status('ben mended payment'), 'open', 'leaves the request');
select is(pg_temp.dispute('ben mended payment', 'updated', 'needs_response'), 'done', 'a dispute');
select is(pg_temp.status('ben mended payment'), 'superseded', 'ends it');
select is(pg_temp.decide('ada', 'ben mended payment', 'granted'), 'PT409', 'nobody decides on it');
select is(pg_temp.ask('ben', 'ben mended payment', 1000), 'PT409', 'nor asks meanwhile');
select is(pg_temp.dispute('ben mended payment', 'closed', 'won'), 'done', 'the bank decides for us');
delete from tests.names where name = 'request about ben mended payment';
select is(pg_temp.ask('ben', 'ben mended payment', 1000), null, 'and asking is possible again');
select is(pg_temp.ask('ben', 'ben knocks payment', 1000), null, 'of another payment, a part is asked for');
select is(pg_temp.dispute('ben knocks payment', 'closed', 'lost'), 'done', 'a dispute that is lost already');
select is(pg_temp.status('ben knocks payment'), 'superseded', 'ends a request too');

-- Whatever is owed back anyway is not asked for

do $$
begin
    perform tests.open_session('ben', 'ben waits', 'engine', 'Smoke', 'Ford', 'Focus');
    perform tests.pay(tests.id('ben waits payment'));
end;
$$;
select is(pg_temp.ask('ben', 'ben waits payment', 400), null, 'a small part is given back');
delete from tests.names where name = 'request about ben waits payment';
select is(pg_temp.ask('ben', 'ben waits payment', 1000), null, 'more is asked for');
select tests.act_as('customer', 'ben');
select lives_ok($$ select api.cancel_session(tests.id('ben waits')) $$, 'the session is cancelled');
select tests.act_as_owner();
select is(pg_temp.status('ben waits payment'), 'superseded', 'the request is settled');
select set_eq(
    $$ select amount_cents from app.refunds where payment_id = tests.id('ben waits payment') $$,
    array[400::bigint, 2100], 'and all is owed, once'
);
select is(pg_temp.ask('ben', 'ben waits payment', 1), 'PT409', 'nothing is left');

-- A repair in work of which all is given back is over, for everybody

do $$
begin
    perform tests.open_session('ben', 'ben repairs', 'brakes', 'Squeal', 'Ford', 'Focus');
    perform tests.work_through('ben repairs', 'max');
    perform tests.complete('ben repairs', 'max');
    perform tests.escalate('ben repairs', 'max', array['Lakeview Repairs']);
    perform tests.act_as('workshop', 'lena');
    perform api.accept_offer(tests.id('ben repairs offer to Lakeview Repairs'));
    perform tests.act_as_owner();
    perform tests.quote('ben repairs', 'Lakeview Repairs', 'lena', 70000, 50000);
    perform tests.act_as('customer', 'ben');
    perform tests.named(
        'ben repairs repair payment', api.approve_quote(tests.id('ben repairs quote of Lakeview Repairs'))
    );
    perform tests.act_as_owner();
    perform tests.pay(tests.id('ben repairs repair payment'));
    insert into app.contact_releases (offer_id, workshop_id, customer_id, phone, released_at, visible_until)
    values (
        tests.id('ben repairs offer to Lakeview Repairs'), tests.id('Lakeview Repairs'), tests.id('ben'),
        '+14155552671', tests.instant(), 'infinity'
    ), (
        tests.id('cleo repaired offer to Northside Garage'), tests.id('Northside Garage'), tests.id('cleo'),
        '+14155552672', tests.instant(), 'infinity'
    );
    delete from app.notices;
end;
$$;
create function pg_temp.repair() returns jsonb language plpgsql as $$
declare
    seen jsonb;
begin
    perform tests.act_as('customer', 'ben');
    seen := jsonb_build_object('customer', (
        select e.status from api.customer_escalations as e where e.session_id = tests.id('ben repairs')
    ));
    perform tests.act_as('mechanic', 'max');
    seen := seen || jsonb_build_object('mechanic', (
        select e.referral_status from api.mechanic_escalations as e where e.session_id = tests.id('ben repairs')
    ));
    perform tests.act_as('workshop', 'lena');
    seen := seen || (
        select jsonb_build_object(
            'offer', o.outcome,
            'quote', o.quote_status,
            'cases', (select count(*) from api.workshop_cases as c where c.offer_id = o.id),
            'numbers', (select count(*) from api.workshop_released_contacts as c where c.offer_id = o.id)
        )
        from api.workshop_offers as o
        where o.id = tests.id('ben repairs offer to Lakeview Repairs')
    );
    perform tests.act_as_owner();
    return seen || jsonb_build_object(
        'talking', (
            select t.is_open from app.threads as t
            where t.offer_id = tests.id('ben repairs offer to Lakeview Repairs')
        ),
        'bays', (
            select count(*) from app.offers as o
            where o.workshop_id = tests.id('Lakeview Repairs') and o.status = 'accepted'
        )
    );
end;
$$;
create temporary table bays as
select (pg_temp.repair() ->> 'bays')::bigint as taken;
grant select on bays to public;
select is(pg_temp.ask('ben', 'ben repairs repair payment', 20000), null, 'a part of a repair in work is asked for');
select is(pg_temp.decide('ada', 'ben repairs repair payment', 'granted'), null, 'and granted');
select is(
    pg_temp.repair() - 'bays',
    '{"customer": "paid", "mechanic": "pending", "offer": "accepted", "quote": "paid", "cases": 1, "numbers": 1,
    "talking": true}',
    'the repair goes on'
);
delete from tests.names where name = 'request about ben repairs repair payment';
select is(pg_temp.ask('ben', 'ben repairs repair payment'), null, 'what is left is asked for');
select is(pg_temp.decide('ada', 'ben repairs repair payment', 'granted', 99999), null, 'all but a cent is granted');
select is(pg_temp.repair() ->> 'customer', 'paid', 'and it goes on');
delete from tests.names where name = 'request about ben repairs repair payment';
delete from app.notices;
select is(pg_temp.ask('ben', 'ben repairs repair payment'), null, 'a cent is left');
select is(pg_temp.decide('ada', 'ben repairs repair payment', 'granted'), null, 'the last cent is granted');
select is(
    pg_temp.repair() - 'bays',
    '{"customer": "cancelled", "mechanic": "reversed", "offer": "lost", "quote": "paid", "cases": 0, "numbers": 0,
    "talking": false}',
    'now it is over: the workshop keeps its own quote, and nothing of the customer'
);
select is((pg_temp.repair() ->> 'bays')::bigint, b.taken - 1, 'its bay is free') from bays as b;
select bag_eq(
    $$
        select coalesce(m.name, 'ben'), n.kind
        from app.notices as n
        left join (
            values (tests.id('max'), 'max'), (tests.id('lena'), 'lena')
        ) as m (person_id, name) on n.person_id = m.person_id
        where n.person_id in (tests.id('ben'), tests.id('max'), tests.id('lena'))
            and n.kind not in ('topic_moved', 'refund_requested')
    $$,
    $$
        values
            ('ben', 'refund_granted'), ('ben', 'escalation_cancelled'), ('max', 'referral_reversed'),
            ('lena', 'payment_refunded'), ('lena', 'offer_lost')
    $$,
    'and everybody is told'
);
select tests.act_as('workshop', 'lena');
select throws_ok(
    $$ select api.finish_repair(tests.id('ben repairs offer to Lakeview Repairs')) $$, 'PT409', null,
    'nobody earns from it any more'
);
select tests.act_as_owner();
select is(
    (
        select sum(r.amount_cents)::bigint from app.refunds as r
        where r.payment_id = tests.id('ben repairs repair payment')
    ),
    120000::bigint, 'and all of it is owed back, once'
);
select results_eq(
    'select customer_id from app.contact_releases', $$ values (tests.id('cleo')) $$, 'no other number is hidden'
);
delete from tests.names where name = 'request about cleo repaired repair payment';
select is(pg_temp.ask('cleo', 'cleo repaired repair payment'), null, 'all that is left of a finished one is asked for');
select is(pg_temp.decide('ada', 'cleo repaired repair payment', 'granted'), null, 'and granted');
select is(
    (select e.status from app.escalations as e where e.session_id = tests.id('cleo repaired')),
    'done', 'but what was done stays done'
);

select * from finish();
rollback;
