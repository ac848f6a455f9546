-- What does a notice period leave to who is banned after it? What is open goes on; nothing new begins.

begin;
select plan(13);

update app.jurisdictions set notice_period = interval '30 days' where code = 'other';
select tests.act_as('platform_admin', 'ada');
select tests.named('ban', api.restrict(tests.id('max'), 'banned', false, '5.1', 'Closed his shop.'));

select tests.act_as('mechanic', 'max');
select isnt_empty(
    $$ select from api.mechanic_threads where id = tests.id('ana active thread') and is_open $$,
    'who has a conversation open keeps it'
);
select is(
    (select count(*) from api.messages where thread_id = tests.id('ana active thread')), 2::bigint,
    'with what was written'
);
select isnt_empty(
    $$ select from api.mechanic_sessions where id = tests.id('ana active') and status = 'active' $$,
    'and the session'
);
select lives_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Go on.', gen_random_uuid()) $$,
    'writes'
);
select set_config('realtime.topic', (select topic from api.mechanic_threads where is_open), true);
select isnt_empty(
    $$
        select from realtime.messages
        where topic = (select topic from api.mechanic_threads where is_open) and event = 'message'
    $$,
    'listens'
);
select lives_ok(
    $$ select api.complete_session(tests.id('ana active'), 'New pads.', 'Worn pads.') $$,
    'and completes it'
);
select is_empty('select from api.mechanic_queue', 'but sees nobody who waits');
select throws_ok(
    $$ select api.accept_session(tests.id('ben queued')) $$, 'PT403', 'the account is suspended',
    'and accepts nobody'
);
select tests.act_as_owner();
select is_empty(
    $$ select from app.notices where person_id = tests.id('ana') and kind = 'session_queued_again' $$,
    'the customer notices nothing'
);

select tests.move_clock(interval '30 days' - interval '1 second');
select tests.act_as('mechanic', 'max');
select isnt_empty('select from api.messages', 'the last second is like the first');
select tests.act_as_owner();
select tests.move_clock(interval '1 second');
select tests.act_as('mechanic', 'max');
select is_empty('select from api.mechanic_threads', 'then the ban holds: no conversation');
select is_empty('select from api.messages', 'and nothing of what was written');
select isnt_empty('select from api.restrictions', 'but why');

select * from finish();
rollback;
