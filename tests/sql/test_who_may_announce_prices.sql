-- Who may announce prices?

begin;
select plan(17);

create function pg_temp.announce(said jsonb default '{}') returns integer language sql as $$
    select api.announce_fee_schedule(
        coalesce((said ->> 'price')::integer, 3000),
        coalesce((said ->> 'fee')::integer, 1200),
        coalesce((said ->> 'referral')::integer, 600),
        case when said ? 'hold' then (said ->> 'hold')::interval else '5 days' end,
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
        ('{"price": 0}', 'a price of nothing'),
        ('{"fee": 10001}', 'a fee above the whole'),
        ('{"fee": 500, "referral": 501}', 'a referral above the fee'),
        ('{"hold": "-1 day"}', 'a hold that ends before it begins'),
        ('{"hold": null}', 'no hold'),
        ('{"after": "-1 second"}', 'a moment in the past'),
        ('{"reason": ""}', 'no reason')
) as refused (said, what);
select is(pg_temp.announce('{"after": "1 day"}'), 2, 'an admin announces the next version');
select throws_ok(
    $$ select pg_temp.announce('{"after": "23 hours"}') $$, 'PT422', null,
    'not with a moment before that of the version before'
);
select results_eq(
    $$
        select
            version, diagnostic_price_cents, platform_fee_basis_points, referral_basis_points,
            hold, currency, effective_from > tests.instant()
        from api.admin_fee_schedule
        order by version
    $$,
    $$
        values
            (1, 2500, 1000, 500, interval '7 days', 'usd', false),
            (2, 3000, 1200, 600, '5 days', 'usd', true)
    $$,
    'an admin sees every version'
);
select results_eq(
    $$
        select subject, reason, details
        from api.admin_audit_log
        where action = 'announce_fee_schedule'
    $$,
    $$ values ('fee_schedule', 'A new year', '{"version": 2}'::jsonb) $$,
    'and who announced it, and why'
);

select tests.act_as('customer', 'ana');
select results_eq(
    'select diagnostic_price_cents from api.prices', 'values (2500)',
    'until then the old price is asked'
);
select throws_ok(
    $$ select api.announce_fee_schedule(1, 0, 0, '0', 'Mine') $$, '42501', null,
    'a customer announces none'
);
select tests.act_as_owner();
select tests.move_clock('25 hours');
select tests.act_as('customer', 'ana');
select results_eq(
    'select diagnostic_price_cents from api.prices', 'values (3000)', 'from then on the new one'
);

do $$
begin
    perform tests.act_as_owner();
    update app.standings set barred_until = 'infinity' where person_id = tests.id('ada');
    perform tests.act_as('platform_admin', 'ada');
end;
$$;
select throws_ok(
    'select pg_temp.announce()', 'PT403', null, 'a dismissed admin announces nothing'
);
select is_empty('select 1 from api.admin_fee_schedule', 'and sees nothing');

select tests.act_as_owner();
select throws_ok(
    'truncate app.fee_schedule cascade', '23001',
    'a fee schedule is not backdated, nor changed once in force',
    'nobody empties the list, the owner neither'
);

select * from finish();
rollback;
