-- What is too much, and what happens then?

begin;
select plan(14);

update app.limits set most = 2, within = interval '1 minute';
delete from app.limit_uses;

select tests.act_as('customer', 'ana');
select lives_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'One', gen_random_uuid()) $$, 'once'
);
select lives_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Two', gen_random_uuid()) $$, 'twice'
);
select throws_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Three', gen_random_uuid()) $$,
    'PT429', null, 'the third message in a minute is refused'
);
select is_empty('select from api.messages where body = ''Three''', 'and nothing of it is stored');
select is(
    (select last_position from api.customer_threads where id = tests.id('ana active thread')), 4,
    'nor a position taken'
);
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Four', gen_random_uuid()) $$,
    'PT429', null, 'a thread has a limit of its own'
);
select throws_ok(
    $$
        select api.preview_message('a');
        select api.preview_message('b');
        select api.preview_message('c');
    $$,
    'PT429', null, 'so have previews'
);
select tests.act_as('customer', 'ben');
select throws_ok(
    $$
        select api.request_session('brakes', 'a', 2016, 'Ford', 'Focus');
        select api.request_session('brakes', 'b', 2016, 'Ford', 'Focus');
        select api.request_session('brakes', 'c', 2016, 'Ford', 'Focus');
    $$,
    'PT429', null, 'requests'
);
select throws_ok(
    $$
        select api.register_media(tests.id('ben queued'), 'photo');
        select api.register_media(tests.id('ben queued'), 'photo');
        select api.register_media(tests.id('ben queued'), 'photo');
    $$,
    'PT429', null, 'and files'
);
select throws_ok(
    $$
        select api.report_message(gen_random_uuid())
        from generate_series(1, 3)
    $$,
    'PT404', null, 'a refused report does not count'
);

select tests.act_as_owner();
select tests.move_clock(interval '61 seconds');
select tests.act_as('customer', 'ana');
select lives_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Five', gen_random_uuid()) $$,
    'when the minute is over there is room again'
);

select tests.act_as_owner();
delete from app.limit_uses;
update app.limits set most = 100 where action = 'thread_message';
insert into app.limit_uses (subject_id, action, window_started_at, uses)
select tests.id('ana'), l.action, app.current_instant(), l.most
from app.limits as l
where l.action in ('send_message', 'report_message', 'accept_invitation');
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Six', gen_random_uuid()) $$,
    'PT429', null, 'whoever writes has a limit, over all conversations'
);
select throws_ok(
    $$
        select api.report_message(id) from api.messages
        where thread_id = tests.id('ana active thread') and position = 2
    $$,
    'PT429', null, 'reports have one'
);
select throws_ok(
    $$ select api.accept_invitation('guessed') $$, 'PT429', null, 'and invitations'
);

select * from finish();
rollback;
