-- Who decides on withheld earnings, and what becomes of a referral?

begin;
select plan(14);

-- Zoe has earned something too, of which nothing is withheld.
update app.limits set most = 1000;
select tests.open_session('cleo', 'cleo again', 'brakes', 'Squeal', 'Mazda', '3');
select tests.work_through('cleo again', 'zoe');
select tests.complete('cleo again', 'zoe');
select tests.move_clock(interval '8 days');
select backend.expire_overdue();
create function pg_temp.referral()
    returns text
    language sql
    security definer
as $$
    select status from app.referrals where mechanic_id = tests.id('max');
$$;
select is(pg_temp.referral(), 'payable', 'a referral is payable when its hold has passed');

select tests.act_as('platform_admin', 'ada');
select tests.named(
    'short', api.restrict(tests.id('max'), 'suspended', false, '4.2', 'Gave a number.', 7)
);
select api.lift_restriction(tests.id('short'), 'Appealed.');
select tests.act_as_owner();
select is(pg_temp.referral(), 'payable', 'and stays so through a suspension');

create temporary table before as
select topic from app.threads where id = tests.id('ana escalated thread');
select tests.act_as('platform_admin', 'ada');
select tests.named('long', api.restrict(tests.id('max'), 'banned', true, '4.4', 'Took cash.'));
select tests.act_as_owner();
select is(pg_temp.referral(), 'withheld', 'a ban withholds it');
select results_eq(
    $$ select topic from app.threads where id = tests.id('ana escalated thread') $$,
    'select topic from before', 'and moves no conversation that had ended'
);

update app.standings set suspended_until = 'infinity' where person_id = tests.id('ada');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.decide_withheld(tests.id('max'), 'released', 'The law says so.') $$, 'PT403', null,
    'a suspended admin decides on nothing'
);
select tests.act_as_owner();
update app.standings set suspended_until = '-infinity' where person_id = tests.id('ada');
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.decide_withheld(tests.id('max'), 'released', 'Please.') $$, '42501', null,
    'nor does the mechanic'
);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.decide_withheld(tests.id('zoe'), 'released', 'The law says so.') $$, 'PT404', null,
    'of somebody else nothing is withheld'
);
select is(
    api.decide_withheld(tests.id('max'), 'released', 'The law says so.'), 10500::bigint,
    'two diagnostics of 22.50 and a referral of 60 are released'
);
select tests.act_as_owner();
select results_eq(
    $$
        select l.name, -l.balance_cents
        from app.ledger_accounts as l
        where l.owner_id = tests.id('max') and l.name in ('payable.mechanic', 'withheld.mechanic')
        order by l.name
    $$,
    $$ values ('payable.mechanic', 10500::bigint), ('withheld.mechanic', 0) $$,
    'into what is payable'
);
select results_eq(
    $$ select actor_id, reason from app.audit_log where action = 'decide_withheld' $$,
    format('values (%L::uuid, %L)', tests.id('ada'), 'The law says so.'),
    'and it is written down'
);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.decide_withheld(tests.id('max'), 'released', 'The law says so.') $$, 'PT404', null,
    'once'
);
select api.lift_restriction(tests.id('long'), 'Appealed.');
select tests.act_as_owner();
select is(pg_temp.referral(), 'earned', 'when the ban is lifted the referral is earned again');
update app.referrals set status = 'paid' where mechanic_id = tests.id('max');
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('max'), 'banned', true, '4.4', 'Took cash again.');
select tests.act_as_owner();
select is(pg_temp.referral(), 'paid', 'what was paid out stays so, whatever comes');

-- Paid repairs of a banned workshop stay open for the admins; nobody listens in any more

truncate before;
insert into before
select topic from app.threads where offer_id = tests.id('cleo repaired offer to Northside Garage');
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('Northside Garage'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select isnt(
    t.topic, (select topic from before), 'a conversation that goes on moves away from who is barred'
)
from app.threads as t
where t.offer_id = tests.id('cleo repaired offer to Northside Garage') and t.is_open;

select * from finish();
rollback;
