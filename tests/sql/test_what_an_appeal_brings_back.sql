-- What does an appeal bring back when others are open, and who is told what takes the place of the rest?

begin;
select plan(24);

update app.limits set most = 1000;
select tests.invite('abe', 'platform_admin');
select tests.act_as('mechanic', 'zoe');
select tests.named('thread of zoe', api.accept_session(tests.id('ben queued')));
select tests.act_as_owner();

create function pg_temp.flagged(thread text, name text, body text)
    returns uuid
    language plpgsql
as $$
declare
    sent uuid := gen_random_uuid();
    flag uuid;
begin
    perform tests.act_as('mechanic', name);
    perform api.send_message(tests.id(thread), body, sent);
    perform tests.act_as_owner();
    select f.id into strict flag
    from app.contact_flags as f
    inner join app.messages as m on f.message_id = m.id
    where m.client_message_id = sent;
    return flag;
end;
$$;
create function pg_temp.struck(name text, flag uuid)
    returns uuid
    language plpgsql
as $$
declare
    restriction uuid;
begin
    perform tests.act_as('platform_admin', 'ada');
    perform api.decide_flag(flag, 'confirmed', 'Gave a number.', 'S2', '4.2');
    perform tests.act_as_owner();
    select r.id into strict restriction
    from app.restrictions as r
    inner join app.violations as v on r.violation_id = v.id
    where v.flag_id = flag;
    return tests.named(name, restriction);
end;
$$;
create function pg_temp.appealed(restriction text)
    returns uuid
    language plpgsql
as $$
begin
    return tests.named(
        restriction || ' appeal', api.appeal_restriction(tests.id(restriction), 'A part number.')
    );
end;
$$;
create function pg_temp.decided(restriction text, outcome text)
    returns void
    language plpgsql
as $$
begin
    perform tests.act_as('platform_admin', 'abe');
    perform api.decide_appeal(tests.id(restriction || ' appeal'), outcome, 'Looked again.');
    perform tests.act_as_owner();
end;
$$;
create function pg_temp.in_force(name text)
    returns setof app.restrictions
    language sql
    security definer
as $$
    select r.*
    from app.restrictions as r
    where r.holder_id = tests.id(name)
        and r.lifted_at is null
    order by r.step;
$$;
create function pg_temp.suspended_for(name text)
    returns interval
    language sql
    security definer
as $$
    select s.suspended_until - app.current_instant()
    from app.standings as s
    where s.holder_id = tests.id(name);
$$;

grant execute on all functions in schema pg_temp to public;

-- Two appeals open: the second finds its restriction graded anew

select pg_temp.struck('one', pg_temp.flagged('ana active thread', 'max', 'Ring 415-555-2671'));
select pg_temp.struck('two', pg_temp.flagged('ana active thread', 'max', 'Ring 415-555-2672'));
select tests.act_as('mechanic', 'max');
select pg_temp.appealed('one'), pg_temp.appealed('two');
select pg_temp.decided('one', 'overturned');
select results_eq(
    $$ select step, ends_at - starts_at from pg_temp.in_force('max') $$,
    $$ values (1, interval '7 days') $$,
    'the first is overturned: the second is the first now'
);
select tests.act_as('mechanic', 'max');
select is(
    (
        select r.violation_id from api.my_appeals as a
        inner join api.restrictions as r on a.restriction_id = r.id
        where a.status = 'open'
    ),
    (select violation_id from pg_temp.in_force('max')),
    'of which the appeal is open still'
);
select pg_temp.decided('two', 'overturned');
select is_empty(
    $$ select from pg_temp.in_force('max') $$, 'the second is overturned too: nothing is in force'
);
select is(
    pg_temp.suspended_for('max'), interval '-infinity', 'and the mechanic works again'
);
select is(
    (select count(*) from app.violations where holder_id = tests.id('max') and overturned_at is null),
    0::bigint, 'neither counts'
);
select tests.act_as('mechanic', 'max');
select is(
    (select count(*) from api.notices where kind = 'restriction_lifted'), 3::bigint,
    'who was restricted is told of each end'
);

-- What an admin has lifted before is overturned all the same

select tests.act_as_owner();
select pg_temp.struck('three', pg_temp.flagged('ana active thread', 'max', 'Ring 415-555-2673'));
select tests.act_as('mechanic', 'max');
select pg_temp.appealed('three');
select tests.act_as('platform_admin', 'ada');
select api.lift_restriction(tests.id('three'), 'It has done its work.');
select pg_temp.decided('three', 'overturned');
select is(
    (select count(*) from app.violations where holder_id = tests.id('max') and overturned_at is null),
    0::bigint, 'an appeal against a restriction that was lifted takes the violation back'
);

-- What takes the place of the rest is told, and appealed if it never was

select pg_temp.struck('zoe one', pg_temp.flagged('thread of zoe', 'zoe', 'Ring 415-555-2674'));
select pg_temp.struck('zoe two', pg_temp.flagged('thread of zoe', 'zoe', 'Ring 415-555-2675'));
select pg_temp.struck('zoe three', pg_temp.flagged('thread of zoe', 'zoe', 'Ring 415-555-2676'));
select tests.act_as('mechanic', 'zoe');
select pg_temp.appealed('zoe one'), pg_temp.appealed('zoe two');
select pg_temp.decided('zoe two', 'upheld');
select tests.move_clock(interval '1 day');
create temporary table told as
select n.id from app.notices as n where n.person_id = tests.id('zoe');
select pg_temp.decided('zoe one', 'overturned');
select results_eq(
    $$
        select step, kind, starts_at = tests.instant() - interval '1 day', ends_at - starts_at,
            noticed_at = tests.instant(), appeal_by - noticed_at
        from pg_temp.in_force('zoe')
    $$,
    $$
        values
            (1, 'suspended', true, interval '7 days', true, interval '30 days'),
            (2, 'suspended', true, interval '30 days', true, interval '30 days')
    $$,
    'what is graded anew runs from its own start, and its notice from now'
);
select tests.named('zoe new two', r.id) from pg_temp.in_force('zoe') as r where r.step = 1;
select tests.named('zoe new three', r.id) from pg_temp.in_force('zoe') as r where r.step = 2;
select set_eq(
    $$
        select r.id, r.replaces_id from app.restrictions as r
        where r.holder_id = tests.id('zoe') and r.replaces_id is not null
    $$,
    $$
        values
            (tests.id('zoe new two'), tests.id('zoe two')),
            (tests.id('zoe new three'), tests.id('zoe three'))
    $$,
    'each names the one in whose place it stands'
);
select results_eq(
    $$
        select n.kind, n.about_id from app.notices as n
        where n.person_id = tests.id('zoe')
            and n.kind = 'restricted'
            and n.id not in (select t.id from told as t)
        order by n.about_id = tests.id('zoe new three')
    $$,
    $$
        values
            ('restricted', tests.id('zoe new two')), ('restricted', tests.id('zoe new three'))
    $$,
    'and the person is told of each'
);
select tests.act_as('mechanic', 'zoe');
select isnt_empty(
    $$
        select from api.restrictions
        where id = tests.id('zoe new three') and lifted_at is null and noticed_at = tests.instant()
    $$,
    'which they read'
);
select throws_ok(
    $$ select api.appeal_restriction(tests.id('zoe new two'), 'Once more.') $$, 'PT409',
    'the restriction was appealed already', 'an appeal that was decided is not made again in its new form'
);
select lives_ok(
    $$ select api.appeal_restriction(tests.id('zoe new three'), 'Not this one.') $$,
    'what was never appealed is, in its new form'
);
select throws_ok(
    $$ select api.appeal_restriction(tests.id('zoe new three'), 'Once more.') $$, 'PT409',
    'the restriction was appealed already', 'once'
);
select tests.act_as_owner();
select throws_ok(
    $$
        insert into app.appeals (
            restriction_id, violation_id, holder_id, appellant_id, statement, restricted_by
        )
        select r.id, r.violation_id, r.holder_id, r.holder_id, 'Once more.', r.decided_by
        from app.restrictions as r where r.id = tests.id('zoe new two')
    $$,
    '23505', null, 'the table itself takes one appeal of a violation'
);
select throws_ok(
    $$
        update app.appeals set violation_id = (
            select r.violation_id from app.restrictions as r where r.id = tests.id('one')
        )
        where restriction_id = tests.id('zoe one')
    $$,
    '23505', null, 'each of its own'
);

-- Without a violation there is one restriction, and one appeal

select tests.named('flag ' || i, pg_temp.flagged('ana active thread', 'max', 'Ring 415-555-268' || i))
from generate_series(1, 3) as i;
select tests.act_as('platform_admin', 'ada');
select tests.named(
    'direct', api.restrict(tests.id('max'), 'banned', true, '4.4', 'Took cash.', null, '{}')
);
select tests.named(
    'other', api.restrict(tests.id('max'), 'suspended', false, '4.2', 'Gave a number.', 7)
);
select tests.act_as('mechanic', 'max');
select pg_temp.appealed('direct');
select pg_temp.decided('direct', 'overturned');
select results_eq(
    $$ select id from pg_temp.in_force('max') $$, $$ values (tests.id('other')) $$,
    'only what was appealed is lifted'
);
select is(
    pg_temp.suspended_for('max'), interval '7 days', 'the other stays'
);

-- A ban in the place of a ban: nothing is released in between

select tests.act_as('platform_admin', 'ada');
select api.lift_restriction(tests.id('other'), 'Enough.');
select tests.act_as_owner();
update app.conduct_steps set kind = 'banned', days = null where step = 2;
create function pg_temp.owed()
    returns table (account text, cents numeric)
    language sql
    security definer
as $$
    select l.name, -sum(l.balance_cents)
    from app.ledger_accounts as l
    where l.owner_id = tests.id('max')
        and l.name in ('payable.mechanic', 'withheld.mechanic')
        and l.balance_cents <> 0
    group by l.name;
$$;
create temporary table earned as select o.cents from pg_temp.owed() as o;
select is((select count(*) from earned where cents > 0), 1::bigint, 'there is something to withhold');
select pg_temp.struck('ban ' || i, tests.id('flag ' || i)) from generate_series(1, 3) as i;
select results_eq(
    'select account, cents from pg_temp.owed()', $$ select 'withheld.mechanic', cents from earned $$,
    'a ban withholds it'
);
select tests.act_as('mechanic', 'max');
select pg_temp.appealed('ban 1');
select pg_temp.decided('ban 1', 'overturned');
select results_eq(
    $$ select step, kind from pg_temp.in_force('max') $$,
    $$ values (1, 'suspended'), (2, 'banned') $$,
    'one becomes a suspension, the other another ban'
);
select results_eq(
    'select account, cents from pg_temp.owed()', $$ select 'withheld.mechanic', cents from earned $$,
    'under which all of it is withheld still'
);
select isnt(
    (select r.work_ended_at from pg_temp.in_force('max') as r where r.kind = 'banned'), null,
    'it has begun, and no sweep begins it again'
);
select is(
    (select r.work_ended_at from pg_temp.in_force('max') as r where r.kind = 'suspended'), null,
    'the suspension ends no work'
);

select * from finish();
rollback;
