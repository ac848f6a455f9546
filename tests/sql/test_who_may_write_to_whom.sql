-- Who may write to whom, and what arrives?

begin;
select plan(48);

create function pg_temp.send(thread text, body text, client_message_id uuid default gen_random_uuid())
    returns text
    language sql
as $$
    select format(
        'select "position", delivered, hidden from api.send_message(%L, %L, %L)',
        tests.id(send.thread), send.body, send.client_message_id
    );
$$;
create temporary table said as
select
    pg_temp.send('ana active thread', 'My number is 415-555-2671') as number,
    pg_temp.send('ana active thread', 'Hi', '00000000-0000-4000-8000-000000000001') as first,
    pg_temp.send('ana active thread', 'Bye', '00000000-0000-4000-8000-000000000001') as again,
    pg_temp.send('ana active thread', '') as empty,
    pg_temp.send('ana active thread', repeat('é', 2049)) as long,
    pg_temp.send('ana escalated thread', 'Hello?') as over,
    pg_temp.send('ben with bart thread', 'Hello?') as banned;
grant select on said to public;

-- The two parties, and nobody else

select tests.act_as('customer', 'ana');
select results_eq(
    (select first from said), $$ values (3, 'Hi', '[]'::jsonb) $$,
    'a customer writes, and learns the position and what is delivered'
);
select results_eq(
    (select again from said), $$ values (3, 'Hi', '[]'::jsonb) $$,
    'sent again under the same client_message_id, it is not written again'
);
select is(
    (select last_position from api.customer_threads where id = tests.id('ana active thread')), 3,
    'and takes no position'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    (select first from said), $$ values (4, 'Hi', '[]'::jsonb) $$,
    'a client_message_id is the sender''s own'
);
select tests.act_as('customer', 'ben');
select throws_ok((select first from said), 'PT404', null, 'another customer does not write here');
select tests.act_as('mechanic', 'zoe');
select throws_ok((select first from said), 'PT404', null, 'nor another mechanic');
select tests.act_as('workshop', 'walt');
select throws_ok((select first from said), 'PT404', null, 'nor a workshop');
select tests.act_as('platform_admin', 'ada');
select throws_ok((select first from said), '42501', null, 'nor an admin');
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.send_message(gen_random_uuid(), 'Hi', gen_random_uuid()) $$, 'PT404', null,
    'a conversation that is not there answers as one that is not theirs'
);
select throws_ok(
    'insert into app.messages (body) values (''Hi'')', '42501', null, 'there is no other way to write'
);

-- Bad input

select throws_ok((select empty from said), 'PT422', null, 'an empty message is refused');
select throws_ok((select long from said), 'PT422', null, 'one of more than 4096 bytes too');
select throws_ok(
    format('select api.send_message(%L, %L, null)', tests.id('ana active thread'), 'Hi'),
    'PT422', null, 'and one without a client_message_id'
);

-- What is hidden

select tests.act_as('customer', 'ana');
select results_eq(
    format('select delivered, hidden -> 0 ->> %L from (%s) as s', 'kind', (select number from said)),
    $$ values ('My number is [phone hidden]', 'phone') $$,
    'the sender learns that a number is hidden'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    $$
        select body from api.messages
        where thread_id = tests.id('ana active thread') and position = 5
    $$,
    $$ values ('My number is [phone hidden]') $$,
    'the other party gets the masked text'
);
select is_empty('select from api.my_violations', 'a flag is no violation');
select tests.act_as_owner();
select results_eq(
    $$
        select payload - 'id' - 'sent_at', topic
        from realtime.messages
        where event = 'message' and payload ->> 'body' like 'My number%'
    $$,
    format(
        'values (%L::jsonb, %L)',
        jsonb_build_object(
            'thread_id', tests.id('ana active thread'), 'position', 5, 'sender', 'customer',
            'kind', 'text', 'quote_id', null, 'body', 'My number is [phone hidden]'
        ),
        'thread:' || tests.id('ana active thread') || ':1'
    ),
    'so does the broadcast, in the shape of the view'
);
select results_eq(
    $$
        select r.body, f.kinds, f.person_id = tests.id('ana')
        from app.raw_messages as r
        inner join app.contact_flags as f on r.message_id = f.message_id
    $$,
    $$ values ('My number is 415-555-2671', '{phone}'::text[], true) $$,
    'what was typed is kept apart, under a flag'
);
update app.messages set body = 'Now 415 555 2672' where position = 3;
select is(
    (select body from app.messages where position = 3 and sender = 'customer'
        and thread_id = tests.id('ana active thread')),
    'Now [phone hidden]', 'no function goes round the filter by an update'
);

-- Preview

select tests.act_as('mechanic', 'max');
select results_eq(
    $$ select delivered from api.preview_message('Mail me: max@example.test') $$,
    $$ values ('Mail me: [email hidden]') $$,
    'a preview shows what would be hidden'
);
select throws_ok($$ select api.preview_message('') $$, 'PT422', null, 'of something');
select is(
    (select count(*) from api.messages where thread_id = tests.id('ana active thread')), 5::bigint,
    'and sends nothing'
);

-- Over, banned, declined

select throws_ok((select over from said), 'PT409', null, 'after the session nobody writes');
select tests.act_as('customer', 'ana');
select throws_ok((select over from said), 'PT409', null, 'the customer neither');
select tests.act_as('mechanic', 'bart');
select throws_ok((select banned from said), 'PT403', null, 'a banned mechanic does not write');
select throws_ok(
    $$ select api.preview_message('Hi') $$, 'PT403', null, 'nor previews'
);

-- A workshop and its customer

select tests.act_as_owner();
select tests.named('northside thread', id)
from app.threads
where offer_id = tests.id('ana escalated offer to Northside Garage');
create temporary table workshop_said as
select
    pg_temp.send('northside thread', 'Bring it on Monday.') as words,
    pg_temp.send('northside thread', 'Are you there?') as more;
grant select on workshop_said to public;
select tests.act_as('workshop', 'dora');
select lives_ok((select words from workshop_said), 'any advisor of the workshop writes');
select tests.act_as('customer', 'ana');
select lives_ok((select words from workshop_said), 'and the customer');
select tests.act_as('workshop', 'wanda');
select throws_ok((select words from workshop_said), 'PT404', null, 'never a competitor');
select tests.act_as('workshop', 'rex');
select throws_ok((select words from workshop_said), 'PT404', null, 'nor a removed member');
select tests.act_as('mechanic', 'max');
select throws_ok((select words from workshop_said), 'PT404', null, 'nor the mechanic who escalated');
select tests.act_as_owner();
update app.standings set barred_until = 'infinity' where workshop_id = tests.id('Northside Garage');
select tests.act_as('workshop', 'dora');
select throws_ok((select more from workshop_said), 'PT404', null, 'nor an advisor of a barred workshop');
select tests.act_as_owner();
update app.standings set barred_until = '-infinity' where workshop_id = tests.id('Northside Garage');
select tests.move_clock(interval '8 days');
select tests.act_as('customer', 'ana');
select throws_ok(
    (select more from workshop_said), 'PT409', null,
    'when the quote has run out the conversation has ended, job or no job'
);
select tests.act_as_owner();
select tests.move_clock(interval '-8 days');

-- Reporting

select tests.act_as('customer', 'ana');
select lives_ok(
    $$
        select api.report_message(id, 'He asked for my number.')
        from api.messages
        where thread_id = tests.id('ana active thread') and position = 2
    $$,
    'a party reports what the other one wrote'
);
select throws_ok(
    $$
        select api.report_message(id)
        from api.messages
        where thread_id = tests.id('ana active thread') and sender = 'customer'
    $$,
    'PT409', null, 'not their own words'
);
select throws_ok(
    $$
        select api.report_message(id, repeat('x', 2001))
        from api.messages
        where thread_id = tests.id('ana escalated thread')
            or thread_id = tests.id('ana active thread') and position = 2
    $$,
    'PT422', null, 'and briefly'
);
select tests.act_as_owner();
create temporary table reported as
select id from app.messages where thread_id = tests.id('ana active thread') and position = 2;
grant select on reported to public;
select results_eq(
    $$ select reporter_id = tests.id('ana'), person_id = tests.id('max'), note from app.contact_flags where raised_by = 'report' $$,
    $$ values (true, true, 'He asked for my number.') $$,
    'the admins learn who reported whom'
);
select tests.act_as('customer', 'ben');
select throws_ok(
    'select api.report_message(id) from reported', 'PT404', null,
    'who cannot read a message cannot report it'
);
select tests.act_as('mechanic', 'bart');
select throws_ok(
    'select api.report_message(id) from reported', 'PT403', null, 'nor can who is barred'
);
select tests.act_as_owner();
select tests.act_as('mechanic', 'sid');
select throws_ok(
    'select api.report_message(id) from reported', 'PT404', null,
    'who is suspended is asked for the message first'
);
select tests.act_as_owner();
create temporary table lost as
select m.id
from app.messages as m
inner join app.threads as t on m.thread_id = t.id
where t.offer_id = (select tests.id('cleo repaired offer to Harbor Auto')) and m.kind = 'quote';
grant select on lost to public;
select tests.act_as('customer', 'cleo');
select lives_ok(
    'select api.report_message(id) from lost',
    'a customer reports a workshop that has lost the case, too'
);
select tests.act_as('workshop', 'wanda');
select throws_ok(
    'select api.report_message(id) from lost', 'PT404', null,
    'which no longer finds the message itself'
);
select tests.act_as('mechanic', 'max');
select is_empty(
    $$ select from api.notices where kind like '%report%' or kind like '%flag%' $$,
    'the one reported learns nothing'
);
select throws_ok('select from app.contact_flags', '42501', null, 'from no table either');
select tests.act_as('customer', 'ana');
select is_empty(
    $$ select from api.messages where body like '%415%' $$, 'and nobody has read a number'
);

-- Between the lines

select tests.act_as('customer', 'mia');
select throws_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Hi', gen_random_uuid()) $$,
    'PT403', null, 'an account of another persona writes nothing with an older token'
);
select tests.act_as_owner();
select app.post_message(t.id, 'customer', tests.id('cleo'), 'text', 'Too dear for me.')
from app.threads as t
where t.offer_id = tests.id('cleo repaired offer to Harbor Auto');
create temporary table gone as select id from app.messages where body = 'Too dear for me.';
grant select on gone to public;
select tests.act_as('workshop', 'wanda');
select throws_ok(
    'select api.report_message(id) from gone', 'PT404', null,
    'a workshop does not report what it can no longer read'
);
select tests.act_as('mechanic', 'max');
select api.complete_session(tests.id('ana active'), 'Done.', 'Pads.');
select tests.act_as('customer', 'ana');
select is(
    (
        select delivered
        from api.send_message(
            tests.id('ana active thread'), 'Bye', '00000000-0000-4000-8000-000000000001'
        )
    ),
    'Now [phone hidden]', 'what was sent before the end is answered again after it'
);

select * from finish();
rollback;
