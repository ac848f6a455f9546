-- What happens to a contact detail that comes in several messages?

begin;
select plan(45);

create function pg_temp.send(body text)
    returns void
    language sql
as $$
    select api.send_message(tests.id('ana active thread'), send.body, gen_random_uuid());
$$;
grant execute on function pg_temp.send(text) to public;
-- However many the other party wrote between

update app.limits set most = 1000 where action in ('send_message', 'thread_message');
select tests.act_as('customer', 'ana');
select pg_temp.send('My mobile begins 312');
select tests.act_as('mechanic', 'max');
select pg_temp.send(repeat('go on ', n)) from generate_series(1, 35) as n;
select tests.act_as('customer', 'ana');
select pg_temp.send('then 555');
select tests.act_as('mechanic', 'max');
select pg_temp.send(repeat('and so ', n)) from generate_series(1, 35) as n;
select tests.act_as('customer', 'ana');
select pg_temp.send('and last four 0199');
select results_eq(
    $$
        select m.body
        from api.messages as m
        where m.thread_id = tests.id('ana active thread')
            and m.sender = 'customer'
        order by m.position desc
        limit 3
    $$,
    $$ values ('and last four [phone hidden]'), ('then [phone hidden]'), ('My mobile begins [phone hidden]') $$,
    'pieces are found behind seventy messages of somebody else'
);
select tests.act_as_owner();

create temporary table before_that as
select coalesce(max(m.position), 0) as place from app.messages as m where m.thread_id = tests.id('ana active thread');
grant select on before_that to public;

-- A number, digit group by digit group, with other words between

select tests.act_as('customer', 'ana');
select pg_temp.send(b.body)
from unnest(array['It starts 415', 'It squeals when cold.', '555', 'last four 2671']) as b (body);
select results_eq(
    $$
        select m.body
        from api.messages as m
        where m.thread_id = tests.id('ana active thread')
            and m.position > (select place from before_that)
        order by m.position
    $$,
    $$
        values
        ('It starts [phone hidden]'), ('It squeals when cold.'), ('[phone hidden]'),
        ('last four [phone hidden]')
    $$,
    'each piece is hidden, and nothing else'
);

select tests.act_as_owner();
create temporary table said as
select m.id, m.position - (select place from before_that) as nth, m.hidden
from app.messages as m
where m.thread_id = tests.id('ana active thread') and m.position > (select place from before_that);
grant select on said to public;
select results_eq(
    'select r.body from app.raw_messages as r inner join said as s on r.message_id = s.id order by s.nth',
    $$ values ('It starts 415'), ('555'), ('last four 2671') $$,
    'what was typed is kept of each'
);
select results_eq(
    $$
        select s.nth, f.kinds, f.reason_codes
        from app.contact_flags as f
        inner join said as s on f.message_id = s.id
    $$,
    $$ values (4, '{phone}'::text[], '{pieces}'::text[]) $$,
    'one flag is raised, where the number is complete'
);
select set_eq(
    $$
        select s.nth
        from app.contact_flags as f
        inner join said as s on s.id = any(f.piece_ids)
        where f.message_id = (select id from said where nth = 4)
    $$,
    array[1, 3],
    'and it names the earlier pieces'
);
select results_eq(
    $$
        select r.payload ->> 'body', r.payload ->> 'id' = s.id::text
        from realtime.messages as r
        inner join said as s on r.payload ->> 'id' = s.id::text
        where r.event = 'message_masked'
        order by s.nth
    $$,
    $$ values ('It starts [phone hidden]', true), ('[phone hidden]', true) $$,
    'both are announced as message_masked, in the shape of a message'
);
select set_eq(
    $$
        select s.nth
        from app.audit_log as a
        inner join said as s on a.subject_id = s.id
        where a.action = 'mask_earlier_message'
    $$,
    array[1, 3],
    'and stand in the audit log'
);
select results_eq(
    'select hidden -> 0 ->> ''code'' from said where nth = 4', $$ values ('pieces') $$,
    'the sender is told why'
);

-- The other party's digits make no number with one's own

select tests.act_as('mechanic', 'max');
select pg_temp.send('206');
select tests.act_as('customer', 'ana');
select pg_temp.send('555');
select tests.act_as('mechanic', 'max');
select pg_temp.send('0143');
select is(
    (
        select string_agg(m.body, ' ' order by m.position) from api.messages as m
        where m.thread_id = tests.id('ana active thread') and m.position > (select place from before_that) + 4
    ),
    '206 555 0143', 'two people''s readings are no number'
);

-- Soliciting is flagged, and delivered as it is; the sender reads a note

create function pg_temp.noted(body text)
    returns jsonb
    language sql
as $$
    select s.hidden from api.send_message(tests.id('ana active thread'), noted.body, gen_random_uuid()) as s;
$$;
grant execute on function pg_temp.noted(text) to public;
select results_eq(
    $$ select n ->> 'kind', n ->> 'code', n ->> 'reason' from jsonb_array_elements(
        pg_temp.noted('Just pay me cash when I come over.')) as n $$,
    $$
        values (
            'solicitation', 'solicits_payment',
            'Nothing was hidden, but this asks for contact or payment outside the platform, and our staff may read it.'
        )
    $$,
    'a note says that it solicits'
);
select results_eq(
    $$ select n ->> 'kind' from jsonb_array_elements(
        pg_temp.noted('Pay me cash, my number is 415-555-2699.')) as n $$,
    $$ values ('phone'), ('solicitation') $$,
    'after what was hidden'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select n ->> 'kind' from jsonb_array_elements(pg_temp.noted('Can I just pay you cash?')) as n $$,
    $$ values ('solicitation') $$,
    'also to a customer'
);
select results_eq(
    $$ select n ->> 'kind' from api.preview_message('Can I just pay you cash?') as p
        cross join lateral jsonb_array_elements(p.hidden) as n $$,
    $$ values ('solicitation') $$,
    'before sending too'
);
select is(pg_temp.noted('It squeals.'), '[]', 'what is faultless is noted nowhere');
select tests.act_as_owner();
select results_eq(
    $$
        select m.body, f.kinds, f.severity
        from app.contact_flags as f
        inner join app.messages as m on f.message_id = m.id
        where m.thread_id = tests.id('ana active thread') and f.person_id = tests.id('max')
            and m.position > (select place from before_that)
            and f.kinds = '{solicitation}'
    $$,
    $$ values ('Just pay me cash when I come over.', '{solicitation}'::text[], 'S3') $$,
    'an offer of cash is flagged S3 and hides nothing'
);
select is_empty(
    $$
        select from app.raw_messages as r
        inner join app.messages as m on r.message_id = m.id
        where m.body = 'Just pay me cash when I come over.'
    $$,
    'nothing is kept twice'
);

-- A preview says what sending would do, with what was said before

select tests.act_as('customer', 'ana');
select pg_temp.send('415 555');
select is(
    (select p.delivered from api.preview_message('2671', tests.id('ana active thread')) as p),
    '[phone hidden]',
    'in the conversation, what completes a number is hidden'
);
select is(
    (select p.delivered from api.preview_message('2671') as p), '2671',
    'outside of it, it is a number like others'
);
select is(
    (select p.delivered from api.preview_message('It still squeals.', tests.id('ana active thread')) as p),
    'It still squeals.',
    'what completes nothing is shown as it is'
);
select is(
    (select s.delivered from api.send_message(tests.id('ana active thread'), '2671', gen_random_uuid()) as s),
    '[phone hidden]',
    'and that is what sending does'
);
select tests.act_as('mechanic', 'max');
select is(
    (select p.delivered from api.preview_message('2671', tests.id('ana active thread')) as p),
    '2671',
    'what the other party said completes nothing of one''s own'
);
select tests.act_as('customer', 'ben');
select throws_ok(
    format('select api.preview_message(%L, %L)', '2671', tests.id('ana active thread')), 'PT404', null,
    'nobody learns by a preview what others wrote'
);

-- The version of its words

select tests.act_as_owner();
select is(
    (
        select f.filter_version
        from app.contact_flags as f
        inner join app.messages as m on f.message_id = m.id
        where m.thread_id = tests.id('ana active thread')
        order by m.position desc
        limit 1
    ),
    (select s.filter_version from app.settings as s),
    'a flag says by which version of the words it was raised'
);
insert into app.filter_versions (version, summary) values (2, 'A word more.');
insert into app.filter_words (version, word, reading)
select 2, w.word, w.reading from app.filter_words as w where w.version = 1;
insert into app.filter_weights (version, gram, weight, about)
select 2, w.gram, w.weight, w.about from app.filter_weights as w where w.version = 1
union all
select 2, 'quuxcall', 9, 'solicits_call';
insert into app.filter_places (version, feature, weight, kind)
select 2, w.feature, w.weight, w.kind from app.filter_places as w where w.version = 1;
select is(
    array(select solicits from app.mask_contacts('quuxcall please', '{}', 2::smallint)), array['solicits_call'],
    'a version that is not live is asked by its number'
);
select is(
    array(select solicits from app.mask_contacts('quuxcall please')), array[null::text],
    'while the live one judges messages'
);
select is(
    array(
        select (h.log_odds, h.is_harmless)::text
        from app.messages as m
        cross join lateral app.hear_message(m.body, 1::smallint) as h
        order by m.id
    ),
    array(
        select (h.log_odds, h.is_harmless)::text
        from app.messages as m
        cross join lateral app.hear_message(m.body, 2::smallint) as h
        order by m.id
    ),
    'what is loaded of a version weighs what the table says'
);
select is(
    array(select app.weigh_places(lower(m.body), 1::smallint)::text from app.messages as m order by m.id),
    array(select app.weigh_places(lower(m.body), 2::smallint)::text from app.messages as m order by m.id),
    'of its places too'
);
select is(
    array(select (app.read_text(lower(m.body), 1::smallint)).reading from app.messages as m order by m.id),
    array(select (app.read_text(lower(m.body), 2::smallint)).reading from app.messages as m order by m.id),
    'and of its words'
);
select isnt_empty($$ select from app.messages as m where m.body like '% %' $$, 'of which there is something to say');
select throws_ok(
    $$ update app.filter_weights set weight = weight + 1 where version = 1 and gram = 'call' $$, '23514', null,
    'and stays as it is'
);
select throws_ok(
    $$ insert into app.filter_weights (version, gram, weight) values (1, 'quuxcall', 9) $$, '23514', null,
    'and no word joins it'
);
select throws_ok(
    $$ update app.filter_places set weight = weight + 1 where version = 1 and feature = '=call' $$, '23514', null,
    'nor does a place weigh otherwise'
);
select throws_ok(
    $$ update app.filter_places set kind = 'url' where version = 1 and feature = '' $$, '23514', null,
    'be of another kind'
);
select throws_ok(
    $$ insert into app.filter_places (version, feature, weight) values (1, '=quuxcall', 9) $$, '23514', null,
    'or join it'
);
select throws_ok(
    $$ update app.filter_words set reading = 'N' where version = 1 and word = 'call' $$, '23514', null,
    'nor is a word read otherwise'
);
select throws_ok(
    $$ insert into app.filter_words (version, word, reading) values (1, 'quuxcall', 'C') $$, '23514', null,
    'or joins them'
);
update app.settings set filter_version = 2;
select is(
    array(select (m.solicits, m.model_version)::text from app.mask_contacts('quuxcall please') as m), array['(solicits_call,2)'],
    'until the settings name another'
);
select throws_ok(
    $$ select app.find_contacts('Hi', '{}', 3::smallint) $$, 'PT404', null, 'there is no other version'
);
select throws_ok($$ update app.settings set filter_version = 3 $$, '23503', null, 'which the settings could name');
update app.settings set filter_version = 1;

-- On a closed thread too

select app.close_thread(tests.id('ana active thread'));
select app.mask_earlier_message((select id from said where nth = 2), 'It [handle hidden] when cold.');
select results_eq(
    $$ select m.body, m.hidden from app.messages as m inner join said as s on m.id = s.id where s.nth = 2 $$,
    $$ values ('It [handle hidden] when cold.', '[]'::jsonb) $$,
    'a read-only thread is no shelter; the body alone changes'
);
select results_eq(
    $$
        select r.payload ->> 'body'
        from realtime.messages as r
        inner join app.threads as t on r.topic = t.topic
        inner join said as s on r.payload ->> 'id' = s.id::text
        where r.event = 'message_masked' and t.id = tests.id('ana active thread') and not t.is_open
    $$,
    $$ values ('It [handle hidden] when cold.') $$,
    'and is announced, to those who still read it'
);

-- The function itself

select is(
    (select count(*) from unnest(app.find_contacts('2671', array['415', '555'])) as c where c.piece > 0), 2::bigint,
    'the filter says which earlier message holds a piece'
);
select is_empty(
    $$ select from unnest(app.find_contacts('then 60', array['30 ft lbs', 'odo 181242', '415 ohms'])) $$,
    'readings with their units are no pieces'
);
select results_eq(
    $$ select f from unnest(app.find_contacts('call 415-555-2671 or jo@example.com', '{}')) as f $$,
    $$ select f from unnest(app.find_contacts('call 415-555-2671 or jo@example.com', '{}')) as f $$,
    'the same input gives the same answer'
);
select is(
    (select p.provolatile from pg_proc as p where p.oid = 'app.find_contacts(text, text[], smallint)'::regprocedure), 's',
    'which is stable, for it reads its words from a table'
);

select * from finish();
rollback;
