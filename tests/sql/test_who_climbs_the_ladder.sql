-- Who climbs the ladder, how far, and for how long?

begin;
select plan(38);

select tests.invite('abe', 'platform_admin');

-- A message of a mechanic or an advisor, confirmed as a violation; returns its severity's flag.
create function pg_temp.flagged(persona text, name text, thread text, body text)
    returns uuid
    language plpgsql
as $$
declare
    flag uuid;
begin
    perform tests.act_as(persona, name);
    perform api.send_message(tests.id(thread), body, gen_random_uuid());
    perform tests.act_as_owner();
    select f.id into strict flag
    from app.contact_flags as f
    where f.person_id = tests.id(name)
        and f.status = 'open'
    order by f.created_at desc, f.message_id
    limit 1;
    return flag;
end;
$$;
create function pg_temp.confirm(admin text, flag uuid, severity text)
    returns void
    language plpgsql
as $$
begin
    perform tests.act_as('platform_admin', admin);
    perform api.decide_flag(flag, 'confirmed', 'Gave a number.', severity, '4.2');
    perform tests.act_as_owner();
end;
$$;
create function pg_temp.standing(name text, out suspended_for interval, out barred boolean)
    language sql
as $$
    select
        case when s.suspended_until > app.current_instant()
            then s.suspended_until - app.current_instant()
        end,
        s.barred_until > app.current_instant() and s.barred_from <= app.current_instant()
    from app.standings as s
    where s.holder_id = tests.id(name);
$$;

select tests.named('thread of walt', t.id)
from app.threads as t
where t.offer_id = tests.id('ana escalated offer to Northside Garage');
create temporary table earned as
select sum(balance_cents) as cents
from api.admin_ledger_accounts
where owner_id = tests.id('max') and name = 'payable.mechanic';

-- Education

select lives_ok(
    $$
        select pg_temp.confirm(
            'ada', pg_temp.flagged('mechanic', 'max', 'ana active thread', 'It is 415-555-2671'), 'S1'
        )
    $$,
    'an accidental share is confirmed'
);
select results_eq(
    $$ select suspended_for, barred from pg_temp.standing('max') $$,
    $$ values (null::interval, false) $$,
    'and is education, not a strike'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    'select n.kind, v.severity from api.notices as n inner join api.my_violations as v on n.about_id = v.id',
    $$ values ('education', 'S1') $$, 'of which the person is told, and of nothing more'
);
select is_empty('select from api.restrictions', 'without a restriction');
select tests.act_as_owner();

-- Workshops answer for their advisors

select tests.named(
    'of walt',
    pg_temp.flagged('workshop', 'walt', 'thread of walt', 'Ring 415-555-2675')
);
select pg_temp.confirm('ada', tests.id('of walt'), 'S2');
select results_eq(
    $$ select suspended_for, barred from pg_temp.standing('Northside Garage') $$,
    $$ values (interval '7 days', false) $$,
    'a workshop answers for what its advisor wrote'
);
select results_eq(
    $$ select suspended_for, barred from pg_temp.standing('walt') $$,
    $$ values (null::interval, false) $$,
    'not the advisor alone'
);
select tests.act_as('workshop', 'dora');
select isnt_empty('select from api.restrictions', 'its other advisors read why');
select tests.act_as_owner();
select set_eq(
    $$
        select n.person_id from app.notices as n
        inner join app.restrictions as r on n.about_id = r.id
        where n.kind = 'restricted' and r.holder_id = tests.id('Northside Garage')
    $$,
    $$ values (tests.id('walt')), (tests.id('dora')) $$,
    'and were told: those who belong to it still'
);

-- The gravest takes two

select tests.named(
    'gravest',
    pg_temp.flagged('workshop', 'walt', 'thread of walt', 'Ring 415-555-2676')
);
select pg_temp.confirm('ada', tests.id('gravest'), 'S3');
select results_eq(
    $$ select status, proposed_by, decided_by from app.contact_flags where id = tests.id('gravest') $$,
    $$ values ('proposed', tests.id('ada'), null::uuid) $$,
    'one admin proposes'
);
select is_empty(
    $$ select from app.violations where flag_id = tests.id('gravest') $$, 'which is no violation yet'
);
select results_eq(
    $$ select actor_id, reason, details from app.audit_log where subject_id = tests.id('gravest') $$,
    $$
        values (
            tests.id('ada'), 'Gave a number.',
            '{"decision": "proposed", "severity": "S3", "clause": "4.2"}'::jsonb
        )
    $$,
    'on what grounds is on record'
);
select throws_ok(
    $$ select pg_temp.confirm('ada', tests.id('gravest'), 'S3') $$, 'PT409', 'a second admin decides',
    'and cannot second it'
);
select tests.act_as_owner();
select throws_ok(
    $$
        update app.contact_flags set status = 'confirmed', decided_by = proposed_by
        where id = tests.id('gravest')
    $$,
    '23514', null, 'nor could the owner'
);
select pg_temp.confirm('abe', tests.id('gravest'), 'S3');
select results_eq(
    $$
        select r.step, r.kind, r.off_platform, r.decided_by, r.seconded_by
        from app.restrictions as r
        inner join app.violations as v on r.violation_id = v.id
        where v.flag_id = tests.id('gravest')
    $$,
    $$ values (3, 'banned', true, tests.id('ada'), tests.id('abe')) $$,
    'another admin confirms, and it is the last step at once'
);
select results_eq(
    $$ select barred from pg_temp.standing('Northside Garage') $$, 'values (true)', 'which bars'
);
select throws_ok(
    $$
        insert into app.violations (
            flag_id, person_id, holder_id, number, severity, clause, facts, decided_by
        )
        select tests.id('gravest'), person_id, tests.id('Northside Garage'), 9, 'S3', '4.4', 'Cash.',
            tests.id('ada')
        from app.contact_flags where id = tests.id('gravest')
    $$,
    '23514', null, 'no violation of that severity has one decider'
);

-- First, second, third

select tests.named(
    'first', pg_temp.flagged('mechanic', 'max', 'ana active thread', 'Mine is 415-555-2672')
);
select is_empty(
    $$ select from app.restrictions where holder_id = tests.id('max') $$,
    'an unconfirmed flag counts nothing'
);
select pg_temp.confirm('ada', tests.id('first'), 'S2');
select results_eq(
    $$ select suspended_for, barred from pg_temp.standing('max') $$,
    $$ values (interval '7 days', false) $$,
    'the first strike is exactly seven days'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    $$
        select r.kind, r.step, r.clause, r.facts, r.automated, m.sender, r.jurisdiction,
            r.appeal_by - r.starts_at, r.ends_at - r.starts_at, r.noticed_at <= r.starts_at, v.severity
        from api.restrictions as r
        inner join api.my_violations as v on r.violation_id = v.id
        left join api.messages as m on r.evidence_ids = array[m.id]
    $$,
    $$
        values (
            'suspended', 1, '4.2', 'Gave a number.', false, 'mechanic', 'other', interval '30 days',
            interval '7 days', true, 'S2'
        )
    $$,
    'a statement of reasons, which the person reads'
);
select results_eq(
    $$
        select n.kind
        from api.notices as n
        inner join api.restrictions as r on n.about_id in (r.id, r.violation_id)
        order by n.kind
    $$,
    $$ values ('conduct_warning'), ('restricted'), ('violation_found') $$,
    'all of it is told to them: the first strike is a warning'
);
select results_eq(
    $$
        select m.payload ->> 'kind'
        from realtime.messages as m
        where m.event = 'notice' and m.topic = 'person:' || tests.id('max')
            and m.payload ->> 'kind' <> 'education'
            and m.payload ->> 'about_id' in (
                select x::text from api.restrictions as r
                cross join lateral unnest(array[r.id, r.violation_id]) as x
                where r.holder_id = tests.id('max')
            )
        order by 1
    $$,
    $$ values ('conduct_warning'), ('restricted'), ('violation_found') $$,
    'on their own topic'
);
select throws_ok(
    $$ select api.accept_session(tests.id('ben queued')) $$, 'PT403', 'the account is suspended',
    'no new work'
);
select lives_ok(
    $$
        select api.send_message(tests.id('ana active thread'), 'Go on.', gen_random_uuid())
    $$,
    'what is open goes on'
);
select tests.act_as_owner();
select tests.move_clock(interval '7 days' - interval '1 second');
select tests.act_as('mechanic', 'max');
select throws_ok(
    'select api.accept_session(gen_random_uuid())', 'PT403', 'the account is suspended',
    'a second before its end it holds'
);
select tests.act_as_owner();
select tests.move_clock(interval '1 second');
select tests.act_as('mechanic', 'max');
select throws_ok(
    'select api.accept_session(gen_random_uuid())', 'PT404', null,
    'and then it is over without a job: only a session is missing'
);
select tests.act_as_owner();
select results_eq(
    $$ select suspended_for, barred from pg_temp.standing('max') $$,
    $$ values (null::interval, false) $$,
    'by the clock alone'
);

select tests.named(
    'second', pg_temp.flagged('mechanic', 'max', 'ana active thread', 'Ring 415-555-2673')
);
select pg_temp.confirm('ada', tests.id('second'), 'S2');
select results_eq(
    $$ select suspended_for, barred from pg_temp.standing('max') $$,
    $$ values (interval '30 days', false) $$,
    'the second is thirty'
);
select tests.named(
    'third', pg_temp.flagged('mechanic', 'max', 'ana active thread', 'Ring 415-555-2674')
);
select pg_temp.confirm('ada', tests.id('third'), 'S2');
select results_eq(
    $$ select suspended_for, barred from pg_temp.standing('max') $$,
    $$ values (interval 'infinity', true) $$,
    'the third is for ever, and bars'
);
select results_eq(
    $$
        select name, sum(balance_cents) from api.admin_ledger_accounts
        where owner_id = tests.id('max') and name in ('payable.mechanic', 'withheld.mechanic')
        group by name order by name
    $$,
    $$ select 'payable.mechanic', 0::numeric union all select 'withheld.mechanic', cents from earned $$,
    'what was earned and not paid is withheld'
);
select tests.act_as('mechanic', 'max');
select is_empty('select from api.mechanic_threads', 'access to cases is over');
select isnt_empty('select from api.mechanic_statement', 'the statement remains');
select is((select count(*) from api.restrictions), 3::bigint, 'and the reasons');
select is(
    (select count(*) from api.notices where kind = 'conduct_warning'), 1::bigint, 'there was one warning'
);
select tests.act_as_owner();

-- Notice

update app.jurisdictions set notice_period = interval '30 days' where code = 'other';
select tests.act_as('platform_admin', 'ada');
select tests.named('noticed', api.restrict(tests.id('zoe'), 'banned', false, '5.1', 'Closed her shop.'));
select tests.act_as_owner();
select results_eq(
    $$ select suspended_for is not null, barred from pg_temp.standing('zoe') $$,
    $$ values (true, false) $$,
    'where the law asks for notice, a ban begins with a suspension'
);
select tests.move_clock(interval '30 days');
select results_eq(
    $$ select barred from pg_temp.standing('zoe') $$, 'values (true)', 'and bars by the clock'
);
select is(
    (select work_ended_at from app.restrictions where id = tests.id('noticed')), null,
    'before any job has run'
);
select tests.code_as_service('worker', 'select backend.expire_overdue()');
select isnt(
    (select work_ended_at from app.restrictions where id = tests.id('noticed')), null,
    'which then ends the work'
);
select throws_ok(
    $$
        insert into app.restrictions (holder_id, kind, off_platform, clause, facts, jurisdiction,
            appeal_by, ends_at, decided_by)
        values (tests.id('sid'), 'suspended', false, '', '', 'other', now(), now(), tests.id('ada'))
    $$,
    '23514', null, 'nobody is restricted without clause and facts'
);

select * from finish();
rollback;
