-- Who may escalate a session?

begin;
select plan(25);

-- dan's two cars: zoe looks at one still, and is done with the other

do $$
begin
    perform tests.sign_up('dan');
    perform tests.act_as('customer', 'dan');
    perform api.set_customer_profile('Dan', 'd', tests.id('Springfield'));
    perform tests.act_as_owner();
    perform tests.open_session('dan', 'dan active', 'engine', 'Rough idle', 'Ford', 'Focus');
    perform tests.work_through('dan active', 'zoe');
    perform tests.open_session(
        'dan', 'dan completed', 'engine', 'Squeals', 'Kia', 'Rio', '1HGCM82633A004352'
    );
    perform tests.work_through('dan completed', 'zoe');
    perform tests.complete('dan completed', 'zoe');
end;
$$;

-- Who may not

select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$, 'PT404', null,
    'another mechanic may not'
);
select tests.act_as('customer', 'dan');
select throws_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$, '42501', null,
    'the customer may not'
);
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$, '42501', null,
    'a workshop may not'
);
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.escalate_session(gen_random_uuid()) $$, 'PT404', null,
    'a session that does not exist answers like another''s'
);
select throws_ok(
    $$ select api.escalate_session(tests.id('dan active')) $$, 'PT409', null,
    'nor may the mechanic while the session is active'
);

select tests.act_as_owner();
update app.standings
set suspended_until = 'infinity'
where person_id = tests.id('zoe');
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$, 'PT403', null,
    'nor a suspended mechanic: that would be new work'
);
select tests.act_as_owner();
update app.standings
set suspended_until = '-infinity'
where person_id = tests.id('zoe');

update app.customers set last_initial = null where person_id = tests.id('dan');
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$, 'PT409', null,
    'nor before the customer has given an initial'
);
select tests.act_as_owner();
update app.customers set last_initial = 'D', city_id = null where person_id = tests.id('dan');
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$, 'PT409', null,
    'nor before the customer has given a city'
);
select tests.act_as_owner();
update app.customers
set city_id = tests.id('Springfield')
where person_id = tests.id('dan');
select is_empty(
    $$ select from app.escalations where session_id = tests.id('dan completed') $$,
    'none of this left an escalation behind'
);

-- Who may

select tests.act_as('mechanic', 'zoe');
select lives_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$,
    'the session''s mechanic may, once it is completed'
);
select throws_ok(
    $$ select api.escalate_session(tests.id('dan completed')) $$, 'PT409', null,
    'and only once'
);
select results_eq(
    $$ select session_id, status, referral_status from api.mechanic_escalations $$,
    $$ values (tests.id('dan completed'), 'matching', null::text) $$,
    'the mechanic sees it, without a referral yet'
);
select tests.act_as('customer', 'dan');
select results_eq(
    $$ select category from api.customer_escalations $$,
    $$ values ('brakes') $$,
    'the customer under which service: the one that the mechanic recommended'
);
select tests.act_as('mechanic', 'bart');
select is_empty(
    $$ select from api.mechanic_escalations $$, 'a mechanic who raised none sees none'
);
select tests.act_as('customer', 'dan');
select results_eq(
    $$ select session_id, status from api.customer_escalations $$,
    $$ values (tests.id('dan completed'), 'matching') $$,
    'the customer sees it'
);
select throws_ok(
    $$ update api.customer_escalations set status = 'closed' $$, '42501', null,
    'and cannot write it'
);
select results_eq(
    $$ select kind from api.notices where about_id = (select id from api.customer_escalations) $$,
    $$ values ('session_escalated') $$,
    'and was told'
);
select tests.act_as('customer', 'ben');
select is_empty(
    $$ select from api.customer_escalations $$, 'another customer sees nothing of it'
);
select tests.act_as('platform_admin', 'ada');
select results_eq(
    $$ select status, wave from api.admin_escalations where session_id = tests.id('dan completed') $$,
    $$ values ('matching', 0) $$,
    'an admin sees it'
);

-- What was written with it

select tests.act_as_owner();
select tests.named('escalation', id)
from app.escalations
where session_id = tests.id('dan completed');
select results_eq(
    $$
        select task_name::text, args, lock::text
        from procrastinate.procrastinate_jobs
        where args ->> 'escalation_id' = tests.id('escalation')::text
    $$,
    $$
        values (
            'match_escalation',
            jsonb_build_object('escalation_id', tests.id('escalation')),
            'escalation:' || tests.id('escalation')::text
        )
    $$,
    'one job is queued, which knows the escalation''s id and nothing else'
);
update app.diagnostic_sessions
set diagnosis = 'Something else.', recommended_services = '{}'
where id = tests.id('dan completed');
update app.session_intake
set vin = null, vehicle_colour = 'red'
where session_id = tests.id('dan completed');
update app.customers
set last_initial = 'X'
where person_id = tests.id('dan');
select results_eq(
    $$
        select
            customer_first_name, customer_last_initial, vehicle_make, vehicle_model, vehicle_colour,
            vin, diagnosis, recommended_services
        from app.escalation_snapshots
        where escalation_id = tests.id('escalation')
    $$,
    $$
        values (
            'Dan', 'D', 'Kia', 'Rio', 'grey', '1HGCM82633A004352', 'Front pads worn to 2 mm.',
            '{brakes}'::text[]
        )
    $$,
    'the case is kept as it was: later edits do not change it'
);

-- The service a mechanic recommends first decides who is asked; without one, the customer's category

select tests.act_as('mechanic', 'zoe');
select lives_ok(
    $$ select api.complete_session(tests.id('dan active'), 'Tuned.', 'Plugs worn.') $$,
    'zoe completes the other session and recommends nothing'
);
select tests.act_as_owner();
update app.customers
set last_initial = 'D'
where person_id = tests.id('dan');
update app.standings
set barred_until = 'infinity'
where person_id = tests.id('zoe');
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.escalate_session(tests.id('dan active')) $$, 'PT403', null,
    'a barred mechanic may not escalate'
);
select tests.act_as_owner();
update app.standings
set barred_until = '-infinity'
where person_id = tests.id('zoe');
select tests.act_as('mechanic', 'zoe');
select lives_ok(
    $$ select api.escalate_session(tests.id('dan active')) $$,
    'a mechanic in good standing may'
);
select tests.act_as('customer', 'dan');
select results_eq(
    $$ select category from api.customer_escalations where session_id = tests.id('dan active') $$,
    $$ values ('engine') $$,
    'then the category is the customer''s'
);

select * from finish();
rollback;
