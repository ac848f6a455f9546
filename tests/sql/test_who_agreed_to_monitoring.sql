-- Who agreed that chat is monitored? Without it there is no chat.

begin;
select plan(22);

select tests.sign_up('dan');
delete from app.session_consents where person_id in (tests.id('zoe'), tests.id('wanda'));
delete from app.consents where person_id in (tests.id('dan'), tests.id('zoe'), tests.id('wanda'));
select tests.act_as('customer', 'dan');
select api.set_customer_profile('Dan', 'D', tests.id('Springfield'));
select results_eq(
    'select version, agreed_at is null from api.monitoring_notice', 'values (1, true)',
    'the notice is there to be read'
);
select throws_ok(
    $$ select api.request_session('brakes', 'It grinds.', 2016, 'Ford', 'Focus') $$, 'PT409',
    'agree to the monitoring notice first', 'a customer agrees before asking'
);
select throws_ok(
    'select api.agree_to_monitoring(2)', 'PT409', 'only the notice in force is agreed to',
    'to the notice that there is'
);
select throws_ok(
    'select api.agree_to_monitoring(null)', 'PT409', null, 'by its number'
);
select is(api.agree_to_monitoring(1), tests.instant(), 'when is on record');
select results_eq(
    'select version, agreed_at from api.monitoring_notice', 'select 1, tests.instant()', 'for them too'
);
select tests.act_as_owner();
select tests.move_clock(interval '1 hour');
select tests.act_as('customer', 'dan');
select is(
    api.agree_to_monitoring(1), tests.instant() - interval '1 hour', 'agreeing twice changes nothing'
);
select tests.act_as_id('customer', gen_random_uuid());
select throws_ok(
    'select api.agree_to_monitoring(1)', 'PT404', 'no such account', 'an account that is gone agrees to nothing'
);
select tests.act_as('customer', 'dan');
select tests.named('of dan', session_id)
from api.request_session('brakes', 'It grinds.', 2016, 'Ford', 'Focus');

select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.accept_session(tests.id('ben queued')) $$, 'PT409',
    'agree to the monitoring notice first', 'a mechanic agrees before accepting'
);
select api.agree_to_monitoring(1);
select lives_ok($$ select api.accept_session(tests.id('ben queued')) $$, 'and then accepts');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.accept_offer(tests.id('ana escalated offer to Harbor Auto')) $$, 'PT409',
    'agree to the monitoring notice first', 'so does an advisor'
);

select tests.act_as_owner();
select results_eq(
    $$
        select c.person_id, c.version, c.given_at, c.recorded_at
        from app.session_consents as c
        where c.session_id = tests.id('of dan')
    $$,
    $$ select tests.id('dan'), 1, tests.instant() - interval '1 hour', tests.instant() $$,
    'a session names the notice and the time, of its customer'
);
select results_eq(
    $$
        select c.person_id, c.version
        from app.session_consents as c
        where c.session_id = tests.id('ben queued')
        order by c.recorded_at
    $$,
    $$ values (tests.id('ben'), 1), (tests.id('zoe'), 1) $$, 'and of its mechanic'
);

-- Another advisor than the one who accepted

select tests.named('thread of walt', t.id)
from app.threads as t
where t.offer_id = tests.id('ana escalated offer to Northside Garage');
delete from app.consents where person_id = tests.id('dora');
select tests.act_as('workshop', 'walt');
select lives_ok(
    $$ select api.send_message(tests.id('thread of walt'), 'We fit them.', gen_random_uuid()) $$,
    'who accepted the offer writes'
);
select tests.act_as('workshop', 'dora');
select throws_ok(
    $$ select api.send_message(tests.id('thread of walt'), 'On Monday.', gen_random_uuid()) $$, 'PT409',
    'agree to the monitoring notice first', 'another advisor agrees before writing'
);
select api.agree_to_monitoring(1);
select lives_ok(
    $$ select api.send_message(tests.id('thread of walt'), 'On Monday.', gen_random_uuid()) $$,
    'and then writes'
);
select lives_ok(
    $$ select api.send_message(tests.id('thread of walt'), 'At nine.', gen_random_uuid()) $$, 'and again'
);
select tests.act_as_owner();
select set_eq(
    $$
        select c.person_id, c.version
        from app.session_consents as c
        where c.session_id = tests.id('ana escalated')
    $$,
    $$ values (tests.id('ana'), 1), (tests.id('max'), 1), (tests.id('walt'), 1), (tests.id('dora'), 1) $$,
    'the session names each who wrote in it'
);

-- A new notice

insert into app.monitoring_notices (version, body, effective_from)
values (2, 'We also look at pictures.', tests.instant() + interval '1 day');
select tests.act_as('customer', 'dan');
select results_eq(
    'select version from api.monitoring_notice', 'values (1)', 'a notice to come is not asked for'
);
select tests.act_as_owner();
select tests.move_clock(interval '1 day');
select tests.act_as('customer', 'dan');
select throws_ok(
    $$ select api.request_session('brakes', 'It grinds.', 2016, 'Ford', 'Focus') $$, 'PT409', null,
    'a new one is agreed to anew'
);
select tests.act_as('workshop', 'dora');
select lives_ok(
    $$ select api.send_message(tests.id('thread of walt'), 'Or at ten.', gen_random_uuid()) $$,
    'a conversation goes on under the notice that its writer had agreed to'
);
select tests.act_as_owner();
delete from app.session_consents
where person_id = tests.id('dora') and session_id = tests.id('ana escalated');
insert into app.session_consents (session_id, person_id, version, given_at)
select tests.id('cleo repaired'), c.person_id, c.version, c.given_at
from app.consents as c
where c.person_id = tests.id('dora');
select tests.act_as('workshop', 'dora');
select throws_ok(
    $$ select api.send_message(tests.id('thread of walt'), 'At eleven.', gen_random_uuid()) $$, 'PT409',
    'agree to the monitoring notice first', 'and begins under the new one'
);

select * from finish();
rollback;
