-- Who announces by which policy refunds are decided, and which one is a payment under?

begin;
select plan(28);

create function pg_temp.announce(said jsonb default '{}') returns integer language sql as $$
    select api.announce_refund_policy(
        case when said ? 'ask' then (said ->> 'ask')::interval else '14 days' end,
        case when said ? 'decide' then (said ->> 'decide')::interval else '2 days' end,
        case when said ? 'unstarted' then (said ->> 'unstarted')::interval else '1 hour' end,
        case when said ? 'small' then (said ->> 'small')::bigint else 0 end,
        case when said ? 'once' then (said ->> 'once')::interval else '1 year' end,
        case when said ? 'reason' then said ->> 'reason' else 'A new year' end,
        tests.instant() + (said ->> 'after')::interval
    );
$$;
grant execute on function pg_temp.announce to platform_admin;

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    format('select pg_temp.announce(%L)', said), 'PT422', null, 'not with ' || what
)
from (
    values
        ('{"ask": "23 hours"}', 'less than a day to ask'),
        ('{"ask": "367 days"}', 'more than a year'),
        ('{"ask": null}', 'no time to ask'),
        ('{"decide": "59 minutes"}', 'less than an hour to decide'),
        ('{"decide": "32 days"}', 'more than a month'),
        ('{"unstarted": "-1 second"}', 'a time before paying'),
        ('{"unstarted": "32 days"}', 'a month to regret'),
        ('{"small": -1}', 'less than nothing'),
        ('{"once": "-1 second"}', 'a time before now'),
        ('{"once": "11 years"}', 'more than ten years'),
        ('{"after": "-1 second"}', 'a moment in the past'),
        ('{"reason": ""}', 'an empty reason'),
        ('{"reason": null}', 'no reason')
) as refused (said, what);
select is(pg_temp.announce('{"after": "1 day"}'), 2, 'an admin announces the next version');
select throws_ok(
    $$ select pg_temp.announce('{"after": "23 hours"}') $$, 'PT422', null,
    'not with a moment before that of the version before'
);
select results_eq(
    $$
        select version, ask_within, decide_within, unstarted_within, small_cents, small_once_within,
            effective_from - tests.instant()
        from api.admin_refund_policies
        where version = 2
    $$,
    $$
        values (
            2, interval '14 days', interval '2 days', interval '1 hour', 0::bigint, interval '1 year',
            interval '1 day'
        )
    $$,
    'an admin sees it'
);
select results_eq(
    $$ select reason, details from api.admin_audit_log where action = 'announce_refund_policy' $$,
    $$ values ('A new year', '{"version": 2}'::jsonb) $$, 'and why it was announced'
);
select tests.act_as('customer', 'ana');
select results_eq('select version from api.refund_policy', 'values (1)', 'until then the old one is in force');
select throws_ok(
    $$ select api.announce_refund_policy('1 year', '1 hour', '1 month', 9999, '0', 'Mine') $$, '42501', null,
    'a customer announces none'
);
select tests.act_as_owner();
update app.standings set suspended_until = 'infinity' where person_id = tests.id('ada');
select tests.act_as('platform_admin', 'ada');
select throws_ok('select pg_temp.announce()', 'PT403', null, 'a suspended admin neither');
select tests.act_as_owner();
select throws_ok(statement, '23001', null, what)
from (
    values
        (
            $$ update app.refund_policies set effective_from = tests.instant() + interval '2 days' where version = 1 $$,
            'the one in force is not put off'
        ),
        ('delete from app.refund_policies where version = 1', 'nor taken away'),
        ('truncate app.refund_policies cascade', 'in whatever way'),
        (
            $$ update app.refund_policies set effective_from = tests.instant() - interval '1 second' where version = 2 $$,
            'one that is announced does not begin in the past'
        ),
        (
            $$
                insert into app.refund_policies (
                    version, effective_from, ask_within, decide_within, unstarted_within, small_cents,
                    small_once_within
                ) values (3, tests.instant() - interval '1 second', '1 day', '1 day', '1 day', 0, '1 day')
            $$,
            'nor does a new one'
        )
) as tried (statement, what);
select lives_ok(
    $$ update app.refund_policies set effective_from = tests.instant() + interval '1 day' where version = 2 $$,
    'until then the owner may correct it'
);

-- The one in force when it was paid

select tests.move_clock('1 day');
do $$
begin
    perform tests.open_session('ben', 'new', 'brakes', 'Hum', 'Ford', 'Focus');
    perform tests.work_through('new', 'max');
    perform tests.complete('new', 'max');
end;
$$;
select tests.act_as('customer', 'ben');
select results_eq('select version from api.refund_policy', 'values (2)', 'from then on the new one');
select tests.named('new request', api.request_refund(tests.id('new payment'), 'other', 'It hums.', 100));
select tests.named('old request', api.request_refund(tests.id('ben with bart payment'), 'other', 'It hums.', 100));
select results_eq(
    $$
        select policy_version, status, decide_by - asked_at
        from api.customer_refund_requests
        order by policy_version
    $$,
    $$ values (1, 'granted', interval '5 days'), (2, 'open', interval '2 days') $$,
    'what was paid before is judged by the one before'
);

select * from finish();
rollback;
