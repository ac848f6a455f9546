-- What is too much, and what happens then?

begin;
select plan(18);

create temporary table as_configured as select * from app.limits;
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

-- The numbers

select tests.act_as_owner();
create function pg_temp.answer(role text, name text, statement text)
    returns text
    language plpgsql
as $$
begin
    if name is null then
        perform tests.act_as_service(role);
    else
        perform tests.act_as(role, name);
    end if;
    execute statement;
    raise exception 'undone' using errcode = 'UNDO1';
exception
    when others then
        perform tests.act_as_owner();
        return replace(sqlstate, 'UNDO1', 'done');
end;
$$;
create temporary table limited (
    action text, role text, name text, subject_id uuid, most integer, within interval, statement text
);
insert into limited values
    ('send_message', 'customer', 'ana', tests.id('ana'), 30, '1 minute', format(
        'select api.send_message(%L, %L, gen_random_uuid())', tests.id('ana active thread'), 'Hi'
    )),
    ('thread_message', 'customer', 'ana', tests.id('ana active thread'), 60, '1 minute', format(
        'select api.send_message(%L, %L, gen_random_uuid())', tests.id('ana active thread'), 'Hi'
    )),
    ('request_session', 'customer', 'ben', tests.id('ben'), 5, '1 hour',
        'select api.request_session(''brakes'', ''It squeals'', 2016, ''Ford'', ''Focus'')'),
    ('request_refund', 'customer', 'cleo', tests.id('cleo'), 5, '1 day', format(
        'select api.request_refund(%L, ''other'', ''It squeals'')', tests.id('cleo repaired payment')
    )),
    ('register_media', 'customer', 'ben', tests.id('ben'), 30, '1 hour',
        format('select api.register_media(%L, ''photo'')', tests.id('ben queued'))),
    ('preview_message', 'customer', 'ana', tests.id('ana'), 30, '1 minute',
        'select api.preview_message(''Hi'')'),
    ('report_message', 'customer', 'ana', tests.id('ana'), 10, '1 hour', (
        select format('select api.report_message(%L)', m.id)
        from app.messages as m
        where m.thread_id = tests.id('ana active thread') and m.position = 2
    )),
    ('start_checkout', 'backend', null, tests.id('ben'), 20, '1 hour', format(
        'select backend.begin_checkout(%L, %L)', tests.id('ben'), tests.id('ben requested payment')
    )),
    ('open_payout_account', 'backend', null, tests.id('max'), 20, '1 hour', format(
        'select backend.begin_payout_account(%L, null)', tests.id('max')
    )),
    -- A guess is refused, and counts only when it is over the limit.
    ('accept_invitation', 'customer', 'ben', tests.id('ben'), 10, '1 hour',
        'select api.accept_invitation(''guessed'')');

create function pg_temp.answers(used integer, ago interval)
    returns setof text
    language plpgsql
as $$
declare
    l limited;
begin
    for l in select * from limited loop
        perform tests.act_as_owner();
        delete from app.limit_uses;
        insert into app.limit_uses (subject_id, action, window_started_at, uses)
        values (
            l.subject_id, l.action, app.current_instant() - l.within + answers.ago,
            l.most + answers.used
        );
        return next l.action || ': ' || pg_temp.answer(l.role, l.name, l.statement);
    end loop;
end;
$$;
create function pg_temp.expected(other text) returns setof text language sql as $$
    select action || ': ' || case when action = 'accept_invitation' and expected.other = 'done'
        then 'PT404' else expected.other end
    from limited;
$$;

update app.limits as l
set most = w.most, within = w.within
from as_configured as w
where l.action = w.action;
select set_eq(
    'select action from app.limits', 'select action from limited',
    'each limit is tried'
);
select set_eq(
    'select pg_temp.answers(-1, interval ''1 second'')', 'select pg_temp.expected(''done'')',
    'the last that is allowed is done'
);
select set_eq(
    'select pg_temp.answers(0, interval ''1 second'')', 'select pg_temp.expected(''PT429'')',
    'one more is refused, to the window''s last second'
);
select set_eq(
    'select pg_temp.answers(0, interval ''0'')', 'select pg_temp.expected(''done'')',
    'and then there is room again'
);

select * from finish();
rollback;
