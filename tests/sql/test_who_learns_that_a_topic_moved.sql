-- Who learns that a topic moved, when somebody loses access?

begin;
select plan(22);

create function pg_temp.told_of(thread_id uuid)
    returns setof text
    language sql
as $$
    select n.name
    from realtime.messages as m
    inner join tests.names as n on m.topic = 'person:' || n.id::text
    where m.event = 'thread_changed'
        and (m.payload ->> 'thread_id')::uuid = told_of.thread_id;
$$;
create function pg_temp.epoch(thread_id uuid)
    returns integer
    language sql
as $$
    select t.epoch from app.threads as t where t.id = epoch.thread_id;
$$;

select tests.named('northside thread', t.id)
from app.threads as t
where t.offer_id = (select tests.id('ana escalated offer to Northside Garage'));

-- A conversation begins

delete from realtime.messages;
select tests.open_session('cleo', 'cleo again', 'brakes', 'Squeal', 'Mazda', '3');
select tests.work_through('cleo again', 'zoe');
select set_eq(
    $$ select pg_temp.told_of(tests.id('cleo again thread')) $$, array['cleo', 'zoe'],
    'both learn of a conversation that begins'
);
delete from realtime.messages;

-- A session is over

select tests.act_as('mechanic', 'max');
select api.complete_session(tests.id('ana active'), 'Done.', 'Pads.');
select tests.act_as_owner();
select is(pg_temp.epoch(tests.id('ana active thread')), 2, 'the end of a session moves the topic');
select set_eq(
    $$ select pg_temp.told_of(tests.id('ana active thread')) $$, array['ana', 'max'],
    'both are told to look again'
);
select is_empty(
    $$
        select from realtime.messages
        where event = 'thread_changed' and payload - 'id' - 'thread_id' <> '{}'
    $$,
    'and told nothing but which conversation'
);
select tests.act_as('customer', 'ana');
select matches(
    (select topic from api.customer_threads where id = tests.id('ana active thread')),
    ':2$', 'the customer reads the new topic'
);
select tests.act_as('mechanic', 'max');
select is(
    (select topic from api.mechanic_threads where id = tests.id('ana active thread')), null,
    'the mechanic reads that there is none'
);

-- A member is removed

select tests.act_as('platform_admin', 'ada');
select api.remove_workshop_member(tests.id('Northside Garage'), tests.id('dora'), 'Left.');
select tests.act_as_owner();
select is(
    pg_temp.epoch(tests.id('northside thread')), 3,
    'so does the removal of a member, of rex before and of dora now'
);
select set_eq(
    $$ select pg_temp.told_of(tests.id('northside thread')) $$, array['ana', 'walt'],
    'those who stay are told, the one who left is not'
);
select tests.act_as('workshop', 'dora');
select is_empty(
    $$ select from api.workshop_threads where id = tests.id('northside thread') $$,
    'who can no longer read it either'
);

-- A mechanic is banned in mid-session

select tests.act_as_owner();
select tests.open_session('ben', 'ben active', 'brakes', 'Noise', 'Ford', 'Focus');
select tests.work_through('ben active', 'zoe');
delete from realtime.messages;
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('zoe'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select set_eq(
    $$ select pg_temp.told_of(tests.id('ben active thread')) $$, array['ben'],
    'of a ban the customer is told, on the topic of their own'
);
select results_eq(
    $$
        select payload ->> 'kind' from realtime.messages
        where topic = 'person:' || tests.id('ben') and event = 'notice'
    $$,
    $$ values ('session_queued_again') $$,
    'and that another mechanic is sought'
);
select tests.act_as('mechanic', 'max');
select isnt_empty(
    $$ select from api.mechanic_queue where session_id = tests.id('ben active') $$,
    'who finds the session in the queue'
);
select tests.act_as('mechanic', 'zoe');
select is_empty(
    $$ select from api.mechanic_threads where id = tests.id('ben active thread') $$,
    'the banned one has lost the conversation'
);

-- A workshop is barred: its open case is lost, its approved one is called off

select tests.act_as_owner();
select tests.named('northside approved', e.id)
from app.escalations as e
where e.id = (select tests.id('ana escalated escalation'));
select tests.act_as('customer', 'ana');
select api.approve_quote(tests.id('ana escalated quote of Northside Garage'));
select tests.act_as_owner();
delete from realtime.messages;
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('Northside Garage'), 'banned', true, '4.4', 'Took cash.');
select tests.act_as_owner();
select set_eq(
    $$ select pg_temp.told_of(tests.id('northside thread')) $$, array['ana'],
    'of a barred workshop''s conversation the customer alone is told'
);
select results_eq(
    $$ select status from app.escalations where id = tests.id('ana escalated escalation') $$,
    $$ values ('cancelled') $$,
    'a case that was approved and not paid is called off'
);
select results_eq(
    $$
        select p.status
        from app.payments as p
        where p.quote_id = (select tests.id('ana escalated quote of Northside Garage'))
    $$,
    $$ values ('expired') $$,
    'with its payment'
);
select results_eq(
    $$
        select payload ->> 'kind' from realtime.messages
        where topic = 'person:' || tests.id('ana') and event = 'notice'
    $$,
    $$ values ('escalation_cancelled') $$,
    'and the customer is told'
);
select tests.act_as('workshop', 'walt');
select is_empty('select from api.workshop_cases', 'the workshop''s cases are gone');
select is_empty('select from api.workshop_threads', 'so are its conversations');
select isnt_empty('select from api.workshop_statement', 'its statement is not');
select isnt_empty(
    $$ select from api.restrictions where holder_id = tests.id('Northside Garage') $$,
    'nor the reasons'
);

-- An admin is dismissed

select tests.act_as_owner();
select tests.invite('abe', 'platform_admin');
select tests.act_as('platform_admin', 'ada');
select api.dismiss_admin(tests.id('abe'), 'Left the company.');
select is(
    (select moderation from api.admin_topics), 'admin:moderation:2',
    'the moderation topic moves when an admin is dismissed'
);

select * from finish();
rollback;
