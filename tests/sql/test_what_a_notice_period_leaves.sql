-- What does a notice period leave to who is banned after it? What is open goes on; nothing new begins.

begin;
select plan(25);

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

select is(
    tests.code_as_service(
        'backend', format('select backend.begin_payout_account(%L, null)', tests.id('max'))
    ),
    null, 'an account to be paid is opened still'
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

-- Who is given notice: where the law asks for it, for a ban that nothing excepts

select tests.act_as_owner();
update app.jurisdictions set notice_period = interval '0' where code = 'other';
create function pg_temp.notice(
    place text, kind text, off_platform boolean, days integer, notice_exception text
)
    returns interval
    language plpgsql
as $$
declare
    restriction uuid;
    given interval;
begin
    perform tests.act_as_owner();
    update app.standings set jurisdiction = place where person_id = tests.id('zoe');
    perform tests.act_as('platform_admin', 'ada');
    restriction := api.restrict(
        tests.id('zoe'), kind, off_platform, '5.1', 'Closed her shop.', days, '{}', notice_exception
    );
    select r.starts_at - r.noticed_at into strict given from api.restrictions as r where r.id = restriction;
    perform api.lift_restriction(restriction, 'A test.');
    perform tests.act_as_owner();
    return given;
end;
$$;
select is(pg_temp.notice('PL', 'banned', false, null, null), interval '30 days', 'in the European Union');
select is(pg_temp.notice('US', 'banned', false, null, null), interval '0', 'not elsewhere');
select is(pg_temp.notice('PL', 'suspended', false, 7, null), interval '0', 'a suspension needs none');
select is(pg_temp.notice('PL', 'banned', true, null, null), interval '0', 'nor a payment off the platform');
select is(
    pg_temp.notice('PL', 'banned', false, null, 'legal_obligation'), interval '0',
    'nor what a law or an authority demands'
);
select is(
    pg_temp.notice('PL', 'banned', false, null, 'repeated_infringement'), interval '0',
    'nor a repeated infringement'
);
update app.standings set jurisdiction = 'PL' where person_id = tests.id('zoe');
select tests.named(
    'on the ladder',
    app.impose_restriction(
        tests.id('zoe'), 'banned', false, '4.2', 'Gave a number.', null, '{}', tests.id('ada'), step => 3
    )
);
select is(
    (select starts_at - noticed_at from app.restrictions where id = tests.id('on the ladder')), interval '0',
    'nor a step of the ladder'
);
select results_eq(
    $$
        select details ->> 'notice_exception' from app.audit_log
        where action = 'restrict' and details ? 'notice_exception' order by 1
    $$,
    $$ values ('legal_obligation'), ('repeated_infringement') $$,
    'which is on record'
);
select throws_ok(
    $$ select pg_temp.notice('PL', 'banned', false, null, 'in_a_hurry') $$, 'PT422', null,
    'for no other reason'
);
select throws_ok(
    $$ select pg_temp.notice('PL', 'suspended', false, 7, 'legal_obligation') $$, 'PT422', null,
    'and of a ban'
);
select is(
    (select count(*) from app.jurisdictions where notice_period = interval '30 days'), 27::bigint,
    'each of the member states'
);

select * from finish();
rollback;
