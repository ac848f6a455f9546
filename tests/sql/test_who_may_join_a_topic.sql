-- Who may join which topic?

begin;
select plan(30);

create function pg_temp.may_join(topic text)
    returns boolean
    language plpgsql
as $$
begin
    -- What Realtime does: probe rows, the topic as a setting, and a look at what is readable.
    perform set_config('realtime.topic', may_join.topic, true);
    return exists (
        select from realtime.messages as m
        where m.topic = may_join.topic and m.extension = 'broadcast'
    );
end;
$$;
grant execute on function pg_temp.may_join to public;

create temporary table topic as
select
    (select t.topic from app.threads as t where t.id = tests.id('ana active thread')) as active,
    (select t.topic from app.threads as t where t.id = tests.id('ana escalated thread')) as over,
    (
        select t.topic from app.threads as t
        where t.offer_id = tests.id('ana escalated offer to Northside Garage')
    ) as workshop,
    (
        select t.topic from app.threads as t
        where t.offer_id = tests.id('cleo repaired offer to Harbor Auto')
    ) as lost,
    'person:' || tests.id('ana') as person,
    'admin:moderation:1' as moderation,
    'thread:' || tests.id('ana active thread') as malformed,
    'thread:' || tests.id('ana active thread') || ':2' as future,
    'presence' as other;
grant select on topic to public;
insert into realtime.messages (topic, extension)
select t.value, e.extension
from topic
cross join lateral jsonb_each_text(to_jsonb(topic)) as t
cross join unnest(array['broadcast', 'presence']) as e (extension);

select tests.act_as('customer', 'ana');
select ok(pg_temp.may_join((select active from topic)), 'a customer joins their thread');
select ok(pg_temp.may_join((select over from topic)), 'also one that is over');
select ok(pg_temp.may_join((select workshop from topic)), 'and the one with a workshop');
select ok(pg_temp.may_join((select person from topic)), 'and their own topic');
select ok(not pg_temp.may_join((select malformed from topic)), 'a topic without its number is nobody''s');
select ok(not pg_temp.may_join((select future from topic)), 'and so is one to come');
select ok(not pg_temp.may_join((select moderation from topic)), 'the admins'' topic is not theirs');
select ok(not pg_temp.may_join((select other from topic)), 'nor is any other');
select throws_ok(
    format(
        'insert into realtime.messages (topic, extension) values (%L, %L)',
        (select active from topic), 'broadcast'
    ),
    '42501', null, 'and nobody sends: the database does'
);
select set_config('realtime.topic', (select active from topic), true);
select is_empty(
    $$ select from realtime.messages where extension = 'presence' $$,
    'presence is readable to nobody'
);

select tests.act_as('mechanic', 'max');
select ok(pg_temp.may_join((select active from topic)), 'a mechanic joins their active thread');
select ok(not pg_temp.may_join((select over from topic)), 'not one that is over');
select ok(not pg_temp.may_join((select workshop from topic)), 'nor the workshop''s');
select ok(not pg_temp.may_join((select person from topic)), 'nor anybody else''s own topic');
select tests.act_as('mechanic', 'zoe');
select ok(not pg_temp.may_join((select active from topic)), 'nor does another mechanic');
select tests.act_as('mechanic', 'bart');
select ok(
    not pg_temp.may_join(
        'thread:' || tests.id('ben with bart thread') || ':1'
    ),
    'a banned one joins none'
);

select tests.act_as('workshop', 'dora');
select ok(pg_temp.may_join((select workshop from topic)), 'an advisor joins the workshop''s thread');
select ok(not pg_temp.may_join((select lost from topic)), 'not one whose offer was lost');
select tests.act_as('workshop', 'rex');
select ok(not pg_temp.may_join((select workshop from topic)), 'a removed member does not');
select tests.act_as('workshop', 'wanda');
select ok(not pg_temp.may_join((select workshop from topic)), 'a competitor does not');
select tests.act_as_owner();
select tests.move_clock(interval '8 days');
select tests.act_as('workshop', 'dora');
select ok(not pg_temp.may_join((select workshop from topic)), 'and when the offer ran out nobody does');

select tests.act_as('platform_admin', 'ada');
select ok(
    pg_temp.may_join((select moderation from topic)) and not pg_temp.may_join((select active from topic)),
    'an admin joins the admins'' topic, and no conversation'
);
select tests.act_as_owner();
update app.standings set barred_until = 'infinity' where person_id = tests.id('ada');
select tests.act_as('platform_admin', 'ada');
select ok(not pg_temp.may_join((select moderation from topic)), 'a dismissed one does not');
select tests.act_as_owner();
update app.standings set barred_until = '-infinity' where person_id = tests.id('ada');
select tests.act_as('media_worker', 'mia');
select ok(
    not pg_temp.may_join('person:' || tests.id('mia')), 'the media worker joins none, not even its own'
);
select tests.act_as_id('platform_admin', tests.id('ana'));
select ok(
    not pg_temp.may_join((select moderation from topic)),
    'nor a token that claims to be an admin''s'
);

-- Barred, closed

select tests.act_as_owner();
select tests.move_clock(interval '-8 days');
update app.standings set barred_until = 'infinity' where person_id = tests.id('max');
select tests.act_as('mechanic', 'max');
select ok(
    not pg_temp.may_join((select active from topic)), 'a barred mechanic does not join an open thread'
);
select tests.act_as('customer', 'ben');
select ok(not pg_temp.may_join((select active from topic)), 'nor does another customer');
select tests.act_as_owner();
select set_config('test.closed', t.topic, true)
from app.threads as t
where t.offer_id = tests.id('cleo repaired offer to Northside Garage');
insert into realtime.messages (topic, extension)
values (current_setting('test.closed'), 'broadcast');
select tests.act_as('workshop', 'walt');
select ok(pg_temp.may_join(current_setting('test.closed')), 'while a repair is done the workshop joins');
select tests.act_as('customer', 'cleo');
select api.confirm_repair(tests.id('cleo repaired escalation'));
select tests.act_as_owner();
select set_config('test.closed', t.topic, true)
from app.threads as t
where t.offer_id = tests.id('cleo repaired offer to Northside Garage');
insert into realtime.messages (topic, extension)
values (current_setting('test.closed'), 'broadcast');
select tests.act_as('workshop', 'walt');
select ok(not pg_temp.may_join(current_setting('test.closed')), 'not when it is closed');
select tests.act_as('customer', 'cleo');
select ok(pg_temp.may_join(current_setting('test.closed')), 'the customer does');

select * from finish();
rollback;
