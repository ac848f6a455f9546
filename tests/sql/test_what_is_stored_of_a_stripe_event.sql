-- What is stored of an event of Stripe's, and who does something with it?

begin;
select plan(45);

-- What is stored, and what is queued

create function pg_temp.record(event jsonb) returns text language plpgsql as $$
declare
    state text;
begin
    perform tests.act_as_service('backend');
    select r.state into state
    from backend.record_stripe_event(event ->> 'id', convert_to(event::text, 'UTF8')) as r;
    perform tests.act_as_owner();
    return state;
end;
$$;

create function pg_temp.event(id text, said jsonb default '{}') returns jsonb language sql as $$
    select
        jsonb_build_object(
            'id', event.id,
            'object', 'event',
            'type', 'charge.succeeded',
            'created', 1795000000,
            'api_version', '2026-10-28.endive',
            'livemode', false,
            'data', '{"object": {}}'::jsonb
        ) || event.said;
$$;

select is(pg_temp.record(pg_temp.event('evt_new')), 'pending', 'a new event is pending');
select is(pg_temp.record(pg_temp.event('evt_new')), 'pending', 'delivered again, it still is');
select results_eq(
    $$
        select
            type, state, deliveries, created_at,
            convert_from(raw, 'UTF8')::jsonb = pg_temp.event('evt_new')
        from app.stripe_events
        where id = 'evt_new'
    $$,
    $$ values ('charge.succeeded', 'pending', 2, timestamptz '2026-11-18 11:06:40+00', true) $$,
    'it is stored once, as it came, and both deliveries are counted'
);
select results_eq(
    $$
        select task_name::text, lock
        from procrastinate.procrastinate_jobs
        where args = '{"event_id": "evt_new"}'
    $$,
    $$ values ('apply_stripe_event', null::text) $$,
    'one job is queued, and its argument is an id only'
);

select is(
    pg_temp.record(pg_temp.event('evt_type', '{"type": "customer.created"}')),
    'ignored', 'a type that needs no action is ignored'
);
select is(
    pg_temp.record(pg_temp.event('evt_live', '{"livemode": true}')),
    'ignored', 'so is real money on a platform that takes none'
);
select is(
    pg_temp.record(pg_temp.event('evt_account', '{"account": "acct_1"}')),
    'quarantined', 'an event of an account that nobody has here is none of ours'
);
select is(
    pg_temp.record(pg_temp.event('evt_version', '{"api_version": "2020-08-27"}')),
    'quarantined', 'so is one in shapes that we do not read'
);
insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id)
values (tests.id('max'), 'mechanic', 'acct_max');
select is(
    pg_temp.record(
        pg_temp.event(
            'evt_account_' || n, jsonb_build_object('type', type, 'account', account)
        )
    ),
    state,
    format('%s of %s is %s', type, coalesce(account, 'the platform'), state)
)
from (
    values
        (1, 'account.updated', 'acct_max', 'pending'),
        (2, 'payout.paid', 'acct_max', 'pending'),
        (3, 'charge.succeeded', 'acct_max', 'quarantined'),
        (4, 'account.updated', null, 'quarantined'),
        (5, 'payout.paid', null, 'pending'),
        (6, 'account.updated', 'acct_else', 'quarantined')
) as told (n, type, account, state);
update app.settings set live_payments = true;
select is(
    pg_temp.record(pg_temp.event('evt_test')),
    'ignored', 'play money is ignored where real money moves'
);
update app.settings set live_payments = false;

create function pg_temp.record_text(id text, body text) returns text language plpgsql as $$
declare
    state text;
begin
    perform tests.act_as_service('backend');
    select r.state into state
    from backend.record_stripe_event(id, convert_to(body, 'UTF8')) as r;
    perform tests.act_as_owner();
    return state;
end;
$$;
select is(
    pg_temp.record_text('evt_' || n, body),
    'quarantined',
    'what PostgreSQL cannot hold is kept and quarantined: ' || body
)
from unnest(
    array[
        '{"id": "evt_1", "type": "charge.succeeded", "data": "\u0000"}',
        '{"id": "evt_2", "type": "charge.succeeded", "data": "\ud800"}',
        '{"id": "evt_3", "type": "charge.succeeded", "data": NaN}',
        '{"id": "evt_4", "type": "charge.succeeded", "created": 1e30}'
    ]
) with ordinality as refused (body, n);
select results_eq(
    $$ select raw from app.stripe_events where id = 'evt_3' $$,
    $$ values (convert_to('{"id": "evt_3", "type": "charge.succeeded", "data": NaN}', 'UTF8')) $$,
    'byte for byte'
);
select is_empty(
    $$
        select 1
        from procrastinate.procrastinate_jobs as j
        inner join app.stripe_events as e on j.args ->> 'event_id' = e.id
        where e.state in ('ignored', 'quarantined')
    $$,
    'none of these has a job'
);

create function pg_temp.apply(id text) returns text language plpgsql as $$
declare
    state text;
begin
    perform tests.act_as_service('worker');
    select backend.apply_stripe_event(apply.id) into state;
    perform tests.act_as_owner();
    return state;
end;
$$;
select is(
    pg_temp.record_text('evt_vast', replace(pg_temp.event('evt_vast')::text, '{"object": {}}', '1e400000')),
    'pending', 'what an event says of its object is not looked into when it comes'
);
select is(pg_temp.apply('evt_vast'), 'quarantined', 'but when it is applied: a number may be beyond numeric');
select results_eq(
    $$ select state, reason, applied_at from app.stripe_events where id = 'evt_vast' $$,
    $$ values ('quarantined', 'body', null::timestamptz) $$,
    'and an operator reads why it was not applied'
);

-- Who may

create function pg_temp.try_as(role text, statement text) returns text language plpgsql as $$
declare
    code text := '00000';
begin
    perform tests.act_as_service(role);
    begin
        execute statement;
    exception
        when others then
            code := sqlstate;
    end;
    perform tests.act_as_owner();
    return code;
end;
$$;
select is(
    pg_temp.try_as('backend', $$ select backend.apply_stripe_event('evt_new') $$),
    '42501', 'the web service applies no event'
);
select is(
    pg_temp.try_as('backend', 'select raw from app.stripe_events'),
    '42501', 'and reads none'
);
select is(
    pg_temp.try_as('worker', $$ select backend.apply_stripe_event('evt_none') $$),
    'PT404', 'the worker applies none that is not there'
);
select is(
    pg_temp.try_as('worker', 'set constraints all immediate'),
    '00000', 'what the worker has done may be committed by the worker'
);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select backend.record_stripe_event('evt_mine', '{}') $$, '42501', null,
    'an admin is not Stripe'
);
select results_eq(
    $$
        select type, state, reason, deliveries
        from api.admin_stripe_events
        where id in ('evt_new', 'evt_version')
        order by state
    $$,
    $$
        values
            ('charge.succeeded', 'pending', null, 2),
            ('charge.succeeded', 'quarantined', 'version', 1)
    $$,
    'but sees what became of each event'
);
select throws_ok(
    'select raw from app.stripe_events', '42501', null, 'and not what Stripe knows of the payer'
);

-- Jobs that were lost

select tests.act_as_owner();
create function pg_temp.sweep() returns integer language plpgsql as $$
declare
    queued integer;
begin
    perform tests.act_as_service('worker');
    queued := backend.enqueue_pending_events();
    perform tests.act_as_owner();
    return queued;
end;
$$;

create function pg_temp.paid_event() returns text language sql as $$
    select 'evt_h' || replace(tests.id('ben requested payment')::text, '-', '');
$$;

do $$
begin
    perform tests.act_as_owner();
    delete from procrastinate.procrastinate_jobs where args ->> 'event_id' = 'evt_new';
    update app.stripe_events
    set received_at = app.current_instant() - interval '59 seconds'
    where id = 'evt_new';
    -- Other jobs, which say nothing of this event's: another task's, a done one, another event's.
    perform app.enqueue_job('match_escalation', '{"event_id": "evt_new"}');
    perform app.enqueue_job('apply_stripe_event', '{"event_id": "evt_new"}');
    update procrastinate.procrastinate_jobs
    set status = 'succeeded'
    where args ->> 'event_id' = 'evt_new'
        and task_name = 'apply_stripe_event';
    perform app.enqueue_job('match_escalation', '{"event_id": "evt_new"}');
    perform tests.pay(tests.id('ben requested payment'));
    update procrastinate.procrastinate_jobs
    set status = 'failed'
    where args ->> 'event_id' = pg_temp.paid_event()
        or id = (
            select max(id)
            from procrastinate.procrastinate_jobs
            where task_name = 'match_escalation'
        );
end;
$$;
select is(pg_temp.sweep(), 0, 'a job has a minute to come by itself');
select tests.move_clock('1 second');
select is(pg_temp.sweep(), 1, 'then it is queued again');
select is(pg_temp.sweep(), 0, 'once');
select results_eq(
    $$
        select state from app.stripe_events where id in ('evt_new', pg_temp.paid_event())
        order by state
    $$,
    $$ values ('done'), ('pending') $$,
    'and both events are what they were'
);
do $$
begin
    update procrastinate.procrastinate_jobs
    set status = 'failed'
    where args ->> 'event_id' = 'evt_new'
        and task_name = 'apply_stripe_event'
        and status = 'todo';
end;
$$;
select is(pg_temp.sweep(), 0, 'an event whose job has failed for good is no longer tried');
select results_eq(
    $$ select state, reason from app.stripe_events where id = 'evt_new' $$,
    $$ values ('dead', 'job') $$,
    'but dead'
);

-- What waits for something else is tried again in its own time

create function pg_temp.come_early(event_id text) returns text language plpgsql as $$
declare
    state text := tests.stripe_event(
        event_id, 'refund.created', '{"id": "re_early", "amount": 1, "currency": "usd", "charge": "ch_early"}'
    );
begin
    perform pg_temp.end_jobs(event_id);
    return state;
end;
$$;
create function pg_temp.end_jobs(event_id text) returns void language sql as $$
    update procrastinate.procrastinate_jobs
    set status = 'succeeded'
    where args ->> 'event_id' = event_id;
$$;
select is(pg_temp.come_early('evt_early'), 'waiting', 'an event waits for a charge');
select tests.move_clock('9 minutes');
select is(pg_temp.come_early('evt_second'), 'waiting', 'another begins to later');
select tests.move_clock('59 seconds');
select is(pg_temp.sweep(), 0, 'for ten minutes');
select tests.move_clock('1 second');
select is(pg_temp.sweep(), 1, 'then it is looked at again');
select pg_temp.end_jobs('evt_early');
select tests.move_clock('8 minutes');
select is(pg_temp.sweep(), 0, 'and not before it has waited as long again, nor the other before its time');
select tests.move_clock('1 minute');
select is(pg_temp.sweep(), 1, 'which comes');
select results_eq(
    $$
        select id, look_at - received_at
        from app.stripe_events
        where id in ('evt_early', 'evt_new', 'evt_second')
        order by id
    $$,
    $$
        values
            ('evt_early', interval '20 minutes'), ('evt_new', null), ('evt_second', interval '20 minutes')
    $$,
    'what waits is told when it is looked at next, what was only late is not'
);
select tests.move_clock('1 minute');
select is(pg_temp.sweep(), 1, 'the first one');

select * from finish();
rollback;
