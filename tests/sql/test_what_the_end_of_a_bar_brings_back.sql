-- What does the end of a bar bring back, when the clock ends it and nobody lifts it?

begin;
select plan(19);

update app.limits set most = 1000;
create function pg_temp.withheld(name text)
    returns table (referrals text[], payable numeric, withheld numeric)
    language sql
    security definer
as $$
    select
        array(
            select r.status from app.referrals as r
            where r.mechanic_id = tests.id(withheld.name) order by r.status
        ),
        coalesce(-sum(l.balance_cents) filter (where l.name = 'payable.mechanic'), 0),
        coalesce(-sum(l.balance_cents) filter (where l.name = 'withheld.mechanic'), 0)
    from app.ledger_accounts as l
    where l.owner_id = tests.id(withheld.name)
        and l.name in ('payable.mechanic', 'withheld.mechanic');
$$;
create function pg_temp.swept(after interval)
    returns void
    language sql
as $$
    select tests.move_clock(after);
    select tests.code_as_service('worker', 'select backend.expire_overdue()');
$$;

-- One repair of max's is done, another is only paid; zoe is owed something too.
select tests.act_as('customer', 'ana');
select tests.named('repair', api.approve_quote(tests.id('ana escalated quote of Northside Garage')));
select tests.act_as_owner();
select tests.pay(tests.id('repair'));
select tests.act_as('mechanic', 'zoe');
select tests.named('ben queued thread', api.accept_session(tests.id('ben queued')));
select tests.act_as_owner();
select tests.complete('ben queued', 'zoe');
select results_eq(
    $$ select * from pg_temp.withheld('max') $$,
    $$ values ('{earned,pending}'::text[], 10500::numeric, 0::numeric) $$,
    'a mechanic has earned something'
);

select tests.act_as('platform_admin', 'ada');
select tests.named('met', api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Met a customer.', 7));
select api.restrict(tests.id('max'), 'suspended', false, '4.2', 'Gave a number.', 8);
select tests.named('zoe banned', api.restrict(tests.id('zoe'), 'banned', true, '4.4', 'Took cash.'));
select tests.act_as_owner();
select results_eq(
    $$ select * from pg_temp.withheld('max') $$,
    $$ values ('{withheld,withheld}'::text[], 0::numeric, 10500::numeric) $$,
    'a suspension for a meeting off the platform withholds it'
);
select pg_temp.swept(interval '7 days' - interval '1 second');
select results_eq(
    $$ select * from pg_temp.withheld('max') $$,
    $$ values ('{withheld,withheld}'::text[], 0::numeric, 10500::numeric) $$,
    'until its last second'
);
select tests.move_clock(interval '1 second');
select tests.act_as('mechanic', 'max');
select isnt_empty('select from api.mechanic_threads', 'then access is back by the clock');
select tests.act_as_owner();
select pg_temp.swept(interval '0');
select results_eq(
    $$ select * from pg_temp.withheld('max') $$,
    $$ values ('{earned,pending}'::text[], 10500::numeric, 0::numeric) $$,
    'and what was withheld with the next sweep'
);
select results_eq(
    $$ select referrals, payable, withheld from pg_temp.withheld('zoe') $$,
    $$ values ('{}'::text[], 0::numeric, 2250::numeric) $$,
    'what a ban withholds stays so'
);
select is(
    (
        select count(*) from app.ledger_transactions as t
        where t.description = 'Released'
    ), 1::bigint,
    'one posting says it'
);
select pg_temp.swept(interval '1 hour');
select is(
    (select count(*) from app.ledger_transactions as t where t.description = 'Released'), 1::bigint,
    'and another sweep says it no more'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    $$ select about_id from api.notices where kind = 'earnings_released' $$, $$ values (tests.id('met')) $$,
    'the mechanic is told once, of which bar'
);

-- Another bar that began meanwhile goes on withholding

select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Met a customer.', 7);
select api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Met another.', 30);
select tests.act_as_owner();
select pg_temp.swept(interval '7 days');
select results_eq(
    $$ select withheld from pg_temp.withheld('max') $$, $$ values (10500::numeric) $$,
    'what a longer suspension withholds stays so'
);
select pg_temp.swept(interval '23 days');
select results_eq(
    $$ select withheld from pg_temp.withheld('max') $$, $$ values (0::numeric) $$, 'until that ends too'
);

-- What an admin has released or lifted meanwhile does not stand in the way

select tests.act_as('platform_admin', 'ada');
select tests.named('long', api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Met a customer.', 90));
select api.lift_restriction(tests.id('long'), 'A mistake.');
select api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Met a customer.', 7);
select tests.act_as_owner();
select pg_temp.swept(interval '7 days');
select results_eq(
    $$ select withheld from pg_temp.withheld('max') $$, $$ values (0::numeric) $$,
    'a longer one that was lifted is not waited for'
);
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Met a customer.', 7);
select api.decide_withheld(tests.id('max'), 'released', 'The law says so.');
select tests.act_as_owner();
select pg_temp.swept(interval '7 days');
select results_eq(
    $$ select referrals from pg_temp.withheld('max') $$, $$ values ('{earned,pending}'::text[]) $$,
    'when the money is released before, the referrals follow with the end'
);

-- A workshop's too, and its advisors are told

select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('Northside Garage'), 'suspended', true, '4.4', 'Met a customer.', 7);
select tests.act_as_owner();
create function pg_temp.of_workshop()
    returns table (account text, cents bigint)
    language sql
    security definer
as $$
    select l.name, -l.balance_cents
    from app.ledger_accounts as l
    where l.owner_id = tests.id('Northside Garage') and l.balance_cents <> 0;
$$;
create temporary table of_workshop as select w.cents from pg_temp.of_workshop() as w;
select results_eq(
    $$ select * from pg_temp.of_workshop() $$, $$ select 'withheld.workshop', cents from of_workshop $$,
    'what a workshop earned is withheld'
);
select pg_temp.swept(interval '7 days');
select results_eq(
    $$ select * from pg_temp.of_workshop() $$, $$ select 'payable.workshop', cents from of_workshop $$,
    'and comes back by the clock'
);
select set_has(
    $$ select n.person_id from app.notices as n where n.kind = 'earnings_released' $$,
    $$ values (tests.id('walt')) $$, 'which its advisors are told'
);

-- What a suspension did not withhold it does not release

select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('max'), 'suspended', false, '4.2', 'Gave a number.', 1);
select tests.act_as_owner();
delete from app.notices;
select pg_temp.swept(interval '1 day');
select is_empty(
    $$ select from app.notices where kind = 'earnings_released' $$, 'a suspension that bars nothing ends unsaid'
);

-- Lifting what has ended changes nothing more

create temporary table released as
select count(*) as times from app.ledger_transactions as t where t.description = 'Released';
select tests.act_as('platform_admin', 'ada');
select lives_ok(
    $$
        select api.lift_restriction(r.id, 'A mistake.')
        from api.restrictions as r
        where r.holder_id = tests.id('max') and r.off_platform and r.lifted_at is null
    $$,
    'a bar that has ended is lifted all the same'
);
select tests.act_as_owner();
select is(
    (select count(*) from app.ledger_transactions as t where t.description = 'Released'),
    (select times from released),
    'and releases nothing a second time'
);

select * from finish();
rollback;
