-- Who works on a flag, in which order, with what before them, and who learns of it?

begin;
select plan(63);

select tests.invite('abe', 'platform_admin');
select tests.act_as('mechanic', 'max');
select api.send_message(tests.id('ana active thread'), 'It is 415-555-2671', gen_random_uuid());
select tests.act_as_owner();
select tests.named('older', id) from app.contact_flags;
select tests.move_clock(interval '1 minute');
select tests.act_as('customer', 'ana');
select api.send_message(tests.id('ana active thread'), 'Note ' || i, gen_random_uuid())
from generate_series(1, 15) as i;
select tests.act_as('mechanic', 'max');
select api.send_message(tests.id('ana active thread'), 'Or it is 415-555-2672', gen_random_uuid());
select tests.act_as_owner();
select tests.named('newer', id) from app.contact_flags where id <> tests.id('older');
select tests.move_clock(interval '1 minute');
select tests.act_as('customer', 'ana');
select tests.named('of max', id) from api.messages
where thread_id = tests.id('ana active thread') and sender = 'mechanic' and position = 2;
select tests.named('own', id) from api.messages
where thread_id = tests.id('ana active thread') and sender = 'customer' and position = 1;

-- Reporting, in two steps: this message, for this reason

select throws_ok(
    $$ select api.report_message(tests.id('own'), 'Mine.') $$, 'PT409', null,
    'nobody reports themselves'
);
select api.report_message(tests.id('of max'), 'He wants me to come to his garage.');
select results_eq(
    'select message_id, status, decided_at from api.my_reports',
    $$ values (tests.id('of max'), 'under_review', null::timestamptz) $$,
    'who reports sees that it is under review'
);
select tests.act_as('mechanic', 'max');
select is_empty('select from api.my_reports', 'the reported does not');
select is_empty('select from api.notices where kind like ''%report%''', 'nor is told');
select tests.act_as_owner();
select tests.named('reported', id) from app.contact_flags where raised_by = 'report';

-- The queue

select tests.act_as('platform_admin', 'ada');
select is(api.claim_flag(), tests.id('reported'), 'the gravest comes first');
select is(api.claim_flag(), tests.id('older'), 'then the oldest');
select results_eq(
    $$
        select claimed_by, claimed_until - tests.instant() from api.admin_flags
        where id = tests.id('older')
    $$,
    $$ values (tests.id('ada'), interval '15 minutes') $$,
    'for a quarter of an hour'
);
select tests.act_as_owner();
select isnt_empty(
    $$
        select from realtime.messages
        where event = 'flag'
            and payload ->> 'id' = tests.id('older')::text
            and (payload ->> 'claimed_until')::timestamptz > tests.instant()
            and topic like 'admin:moderation:%'
    $$,
    'the other admins are told'
);
select tests.act_as('platform_admin', 'abe');
select throws_ok(
    $$ select api.claim_flag(tests.id('older')) $$, 'PT409', 'another admin works on this flag',
    'another admin does not get it'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('older'), 'dismissed', 'No number.') $$, 'PT409',
    'another admin works on this flag', 'nor decides it'
);
select throws_ok(
    $$ select api.release_flag(tests.id('older')) $$, 'PT404', null, 'nor puts it back'
);
select throws_ok(
    $$ select api.dismiss_flags(array[tests.id('older')], 'No number.') $$, 'PT409', null,
    'nor dismisses it among others'
);
select is(api.claim_flag(), tests.id('newer'), 'but the next');
select throws_ok('select api.claim_flag()', 'PT404', 'no flag waits', 'until none waits');
select throws_ok(
    $$ select api.claim_flag(gen_random_uuid()) $$, 'PT404', 'no such flag', 'and no other is there'
);
select lives_ok($$ select api.release_flag(tests.id('newer')) $$, 'a claim is given back');
select is(api.claim_flag(), tests.id('newer'), 'and the flag waits again');
select tests.act_as('platform_admin', 'ada');
select is(api.claim_flag(tests.id('older')), tests.id('older'), 'whoever has a claim renews it');
select tests.act_as_owner();
select tests.move_clock(interval '15 minutes');
select tests.act_as('platform_admin', 'abe');
select is(api.claim_flag(tests.id('older')), tests.id('older'), 'a claim runs out by the clock');

-- What is before them

select results_eq(
    $$ select message_position, is_flagged from api.flag_context(tests.id('older')) $$,
    $$ select i, i = 3 from generate_series(1, 13) as i $$,
    'what was written before and the ten messages after'
);
select is(
    (select count(*) from api.flag_context(tests.id('newer'))), 11::bigint, 'and the ten before'
);
select is_empty(
    $$ select from api.flag_context(gen_random_uuid()) $$, 'nothing around what is not there'
);
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select from api.flag_context(tests.id('newer')) $$, '42501', null, 'only admins look'
);

-- Dismissing together

select tests.act_as('platform_admin', 'abe');
select throws_ok(
    $$ select api.dismiss_flags('{}', 'Duplicates.') $$, 'PT422', null, 'some flags'
);
select throws_ok(
    $$ select api.dismiss_flags(array[tests.id('newer')], '') $$, 'PT422', null, 'for a reason'
);
select throws_ok(
    $$ select api.dismiss_flags(array[tests.id('newer'), gen_random_uuid()], 'Duplicates.') $$,
    'PT409', null, 'all or none'
);
select is(
    (select count(*) from api.admin_flags where status = 'dismissed'), 0::bigint, 'none, then'
);
select is(
    api.dismiss_flags(array[tests.id('newer'), tests.id('older')], 'Duplicates of the report.'), 2,
    'duplicates go together'
);
select results_eq(
    $$
        select subject_id, reason from api.admin_audit_log
        where action = 'dismiss_flags' order by subject_id
    $$,
    $$
        select i, 'Duplicates of the report.'
        from unnest(array[tests.id('newer'), tests.id('older')]) as i order by i
    $$,
    'each on record'
);
select results_eq(
    $$
        select distinct status, decision_reason, decided_by, decided_at = tests.instant() from api.admin_flags
        where id in (tests.id('newer'), tests.id('older'))
    $$,
    $$ values ('dismissed', 'Duplicates of the report.', tests.id('abe'), true) $$,
    'and each flag keeps why'
);
select api.decide_flag(tests.id('reported'), 'dismissed', 'He only asked where she lives.');
select throws_ok(
    $$ select api.claim_flag(tests.id('reported')) $$, 'PT409', 'the flag is decided already',
    'what is decided is not claimed'
);
select tests.act_as_owner();
select is_empty(
    $$ select from app.notices where kind = 'conduct_warning' $$, 'whoever is not found guilty is not warned'
);
select tests.act_as('customer', 'ana');
select results_eq(
    'select status, decided_at is not null from api.my_reports', $$ values ('closed', true) $$,
    'who reported sees that it is closed'
);

-- What was tried before

select tests.act_as('mechanic', 'max');
select api.preview_message('Ring 415-555-2673');
select api.preview_message('The pads are worn.');
select api.send_message(
    tests.id('ana active thread'), 'My number is four one five, 555 26 73', gen_random_uuid()
);
select tests.act_as_owner();
select tests.named('altered', id) from app.contact_flags where status = 'open';
select results_eq(
    $$ select severity from app.contact_flags where id = tests.id('altered') $$, $$ values ('S2') $$,
    'who was shown what would be hidden and sends it altered does not share by accident'
);
select is((select count(*) from app.message_previews), 1::bigint, 'a faultless preview is not kept');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select from api.read_previews(tests.id('altered'), 'Look') $$, 'PT422', null,
    'an admin reads what was tried for a purpose'
);
select throws_ok(
    $$ select from api.read_previews(tests.id('reported'), 'Deciding on a flag') $$, 'PT404', null,
    'where there is some'
);
select results_eq(
    $$ select body from api.read_previews(tests.id('altered'), 'Deciding on a flag') $$,
    $$ values ('Ring 415-555-2673') $$,
    'and then sees it'
);
select isnt_empty(
    $$
        select from api.admin_audit_log
        where action = 'read_previews' and subject_id = tests.id('altered')
            and actor_id = tests.id('ada') and reason = 'Deciding on a flag'
    $$,
    'which is on record'
);

select tests.act_as('customer', 'ana');
select api.preview_message('Ring 415-555-2674');
select tests.act_as_owner();
select tests.move_clock(interval '1 hour');
select tests.code_as_service('worker', 'select backend.expire_overdue()');
select results_eq(
    'select flag_id from app.message_previews', $$ values (tests.id('altered')) $$,
    'what became no evidence is forgotten in an hour'
);

-- Sent as it was previewed, or an hour later, it may be an accident

create function pg_temp.tried_and_sent(tried text, waited interval, sent text)
    returns text
    language plpgsql
as $$
declare
    given uuid := gen_random_uuid();
    flag uuid;
    outcome text;
begin
    perform tests.act_as('mechanic', 'max');
    perform api.preview_message(tried);
    perform tests.act_as_owner();
    perform tests.move_clock(waited);
    perform tests.act_as('mechanic', 'max');
    perform api.send_message(tests.id('ana active thread'), sent, given);
    perform tests.act_as_owner();
    select f.id, f.severity || ', ' || count(p.id)::text into strict flag, outcome
    from app.contact_flags as f
    inner join app.messages as m on f.message_id = m.id
    left join app.message_previews as p on f.id = p.flag_id
    where m.client_message_id = given
    group by f.id;
    update app.contact_flags set status = 'dismissed', decided_by = tests.id('ada') where id = flag;
    delete from app.message_previews where flag_id is null;
    return outcome;
end;
$$;
select is(
    pg_temp.tried_and_sent('It is 415-555-2681', interval '0', 'It is 415-555-2681'), 'S1, 0',
    'what is sent as it was previewed was not altered'
);
select is(
    pg_temp.tried_and_sent('It is 415-555-2682', interval '59 minutes 59 seconds', 'It is 415 555 2682'), 'S2, 1',
    'what is altered within an hour is evidence'
);
select is(
    pg_temp.tried_and_sent('The pads are worn.', interval '0', 'It is 4155552682'), 'S1, 0', 'of one flag'
);
select is(
    pg_temp.tried_and_sent('It is 415-555-2683', interval '1 hour', 'It is 415 555 2683'), 'S1, 0',
    'after that it is forgotten, also before a sweep'
);

-- What was tried and what is sent are compared by what they hold, however it is written

select is(
    pg_temp.tried_and_sent('It is jo_fix@gmail.com', interval '0', 'I am jo_fix at gmail'), 'S2, 1',
    'an address that comes as another kind of detail is the same'
);
select is(
    pg_temp.tried_and_sent('I am jo_fix at gmail', interval '0', 'It is Jo_Fix@gmail.com'), 'S2, 1',
    'the other way round too'
);
select is(
    pg_temp.tried_and_sent(
        'It is 415-555-2684', interval '0', 'It is four one five five five five two six eight four'
    ),
    'S2, 1', 'so is a number in words'
);
select is(
    pg_temp.tried_and_sent('It is four one five 555 2685', interval '0', 'It is (415) 555-2685'), 'S2, 1',
    'and one that was in words'
);
select is(
    pg_temp.tried_and_sent('It is 415-555-2686', interval '0', 'It is 212-555-0143'), 'S1, 0',
    'another number is not'
);
select is(
    pg_temp.tried_and_sent('It is 415-555-2687', interval '0', 'I am jo_fix at gmail'), 'S1, 0',
    'nor another kind of detail'
);
select is(
    pg_temp.tried_and_sent('Pay me cash.', interval '0', 'You could just pay me cash.'), 'S3, 1',
    'who is told that a text solicits and sends it altered is remembered too'
);
select is(
    pg_temp.tried_and_sent('Pay me cash.', interval '0', 'Pay me cash.'), 'S3, 0', 'not who sends it as it was'
);
select is(
    pg_temp.tried_and_sent('Pay me cash.', interval '0', 'Come by my shop.'), 'S3, 0', 'nor with another request'
);
select tests.act_as('customer', 'ana');
select api.preview_message('It is 415-555-2688');
select tests.act_as_owner();
select is(
    pg_temp.tried_and_sent('The pads are worn.', interval '0', 'It is 415 555 2688'), 'S1, 0',
    'what somebody else tried is theirs'
);
select tests.act_as('mechanic', 'max');
select api.preview_message('It is 415-555-2689');
select api.send_message(tests.id('ana active thread'), b.body, gen_random_uuid())
from unnest(array['It starts 415', '555']) as b (body);
select tests.act_as_owner();
select is(
    pg_temp.tried_and_sent('The pads are worn.', interval '0', 'last four 2689'), 'S2, 1',
    'a number that comes in pieces is the same'
);
select tests.act_as('mechanic', 'max');
select api.preview_message('It is 415-555-2691');
select api.send_message(tests.id('ana active thread'), b.body, gen_random_uuid())
from unnest(array['It starts 415', '555']) as b (body);
select tests.act_as_owner();
select is(
    pg_temp.tried_and_sent('The pads are worn.', interval '0', 'last four 0143'), 'S1, 0',
    'three digits that two numbers have in common are nothing'
);
select is(
    (select count(*) from app.message_previews where cardinality(details) = 0), 0::bigint,
    'of each preview that is kept stands what it held'
);

-- A body that the platform itself changes is nobody's second try

select tests.act_as('mechanic', 'max');
select api.preview_message('It is 415-555-2690');
select tests.act_as_owner();
update app.messages as m set body = 'It is 415 555 2690'
from app.contact_flags as f
where f.id = tests.id('older') and m.id = f.message_id;
select is_empty(
    $$
        select from app.message_previews as p
        where p.details = '{4155552690}' and p.flag_id is not null
    $$,
    'no preview becomes evidence of it'
);

-- Who is given which

select tests.act_as('platform_admin', 'ada');
select api.decide_flag(tests.id('altered'), 'confirmed', 'He did it on purpose.', 'S3', '4.4');
select throws_ok(
    'select api.claim_flag()', 'PT404', 'no flag waits',
    'neither what is decided nor what one proposed oneself waits for one'
);
select tests.act_as('platform_admin', 'abe');
select is(api.claim_flag(), tests.id('altered'), 'but for another admin');
select throws_ok(
    $$ select api.dismiss_flags(array[tests.id('reported'), tests.id('altered')], 'Duplicates.') $$,
    'PT409', null, 'what is decided is not dismissed'
);
select is(
    api.dismiss_flags(array[tests.id('altered')], 'Only the second time.'), 1, 'what is proposed may be'
);
select tests.act_as_owner();
update app.standings set barred_until = 'infinity' where person_id = tests.id('abe');
select tests.act_as('platform_admin', 'abe');
select throws_ok(
    $$ select api.claim_flag(tests.id('altered')) $$, 'PT403', null, 'who is dismissed claims nothing'
);

select * from finish();
rollback;
