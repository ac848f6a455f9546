-- What does a ban end, and what of other people's work not?

begin;
select plan(9);

update app.limits set most = 1000;

create function pg_temp.stands(offer text)
    returns text
    language sql
    security definer
as $$
    select o.status || ', ' || e.status
    from app.offers as o
    inner join app.escalations as e on o.escalation_id = e.id
    where o.id = tests.id(stands.offer);
$$;

create temporary table before (session_id uuid, topic text);
create function pg_temp.moved(session text)
    returns boolean
    language sql
as $$
    select t.topic <> b.topic
    from before as b
    inner join app.threads as t on b.session_id = t.session_id and t.is_open
    where b.session_id = tests.id(moved.session);
$$;
insert into before select session_id, topic from app.threads where is_open;

select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('rex'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select ok(
    not pg_temp.moved('cleo repaired'), 'who was removed before has no conversation to move away from'
);
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('dora'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select ok(
    pg_temp.moved('cleo repaired'), 'the conversations of an advisor''s workshops move away from them'
);
select ok(not pg_temp.moved('ana active'), 'other people''s do not');

select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('Harbor Auto'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select is(
    pg_temp.stands('ana escalated offer to Harbor Auto'), 'expired, quoted',
    'an open offer of a banned workshop ends; the case goes on with another''s quote'
);

select tests.act_as('customer', 'ana');
select api.approve_quote(tests.id('ana escalated quote of Northside Garage'));
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('Eastgate Motors'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select is(
    pg_temp.stands('ana escalated offer to Northside Garage'), 'accepted, approved',
    'an approved case goes on when a workshop is banned that had declined it'
);
select is(
    pg_temp.stands('ana escalated offer to Eastgate Motors'), 'declined, approved',
    'which has declined it still'
);

select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('Northside Garage'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select is(
    pg_temp.stands('ana escalated offer to Northside Garage'), 'lost, cancelled',
    'not when it is the one that was chosen'
);
select is(
    pg_temp.stands('cleo repaired offer to Northside Garage'), 'accepted, done',
    'a repair that is done stays done'
);

select tests.act_as_owner();
select tests.open_session('ben', s.name, 'brakes', 'Squeal', 'Mazda', '3'),
    tests.work_through(s.name, 'max'),
    tests.complete(s.name, 'max'),
    tests.escalate(s.name, 'max', '{Lakeview Repairs}')
from unnest(array['offered', 'accepted']) as s (name);
select tests.act_as('workshop', 'lena');
select api.accept_offer(tests.id('accepted offer to Lakeview Repairs'));
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('Lakeview Repairs'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select results_eq(
    $$
        select pg_temp.stands(s.name || ' offer to Lakeview Repairs')
        from unnest(array['offered', 'accepted']) as s (name)
    $$,
    $$ values ('expired, matching'), ('lost, matching') $$,
    'a case that waited for a banned workshop alone is matched again'
);

select * from finish();
rollback;
