-- Which referrals does a ban withhold?

begin;
select plan(2);

select tests.act_as('customer', 'ana');
select tests.named(
    'repair', api.approve_quote(tests.id('ana escalated quote of Northside Garage'))
);
select tests.act_as_owner();
select tests.pay(tests.id('repair'));
create function pg_temp.referrals()
    returns setof text
    language sql
    security definer
as $$
    select status from app.referrals where mechanic_id = tests.id('max') order by status;
$$;
select results_eq(
    'select pg_temp.referrals()', $$ values ('earned'), ('pending') $$,
    'one repair is done, another is only paid'
);
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('max'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select results_eq(
    'select pg_temp.referrals()', $$ values ('withheld'), ('withheld') $$, 'both are withheld'
);

select * from finish();
rollback;
