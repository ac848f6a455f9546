-- Who may appeal a restriction, who reviews it, and what does overturning bring back?

begin;
select plan(39);

insert into app.topic_epochs (name, epoch) values ('admin:elsewhere', 7);
select tests.invite('abe', 'platform_admin');
select tests.invite('amy', 'platform_admin');
create function pg_temp.strike(thread text, persona text, name text, body text)
    returns uuid
    language plpgsql
as $$
declare
    restriction uuid;
begin
    perform tests.act_as(persona, name);
    perform api.send_message(tests.id(thread), body, gen_random_uuid());
    perform tests.act_as('platform_admin', 'ada');
    perform api.decide_flag(f.id, 'confirmed', 'Gave a number.', 'S2', '4.2')
    from api.admin_flags as f
    where f.person_id = tests.id(name) and f.status = 'open';
    perform tests.act_as_owner();
    select r.id into strict restriction
    from app.restrictions as r
    order by r.step desc nulls last
    limit 1;
    return restriction;
end;
$$;
create temporary table earned as
select sum(balance_cents) as cents
from api.admin_ledger_accounts
where owner_id = tests.id('max') and name = 'payable.mechanic';

select tests.named('one', pg_temp.strike('ana active thread', 'mechanic', 'max', 'Ring 415-555-2671'));
select tests.named('two', pg_temp.strike('ana active thread', 'mechanic', 'max', 'Ring 415-555-2672'));
select tests.named('three', pg_temp.strike('ana active thread', 'mechanic', 'max', 'Ring 415-555-2673'));

-- Making one

select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.appeal_restriction(tests.id('one'), 'It was not me.') $$, 'PT404',
    'no such restriction on the caller', 'nobody appeals for another'
);
select throws_ok(
    $$ select api.appeal_restriction(gen_random_uuid(), 'It was not me.') $$, 'PT404',
    'no such restriction on the caller', 'or against nothing'
);
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.appeal_restriction(tests.id('one'), 'He was kind.') $$, '42501', null,
    'customers are not restricted, and do not appeal'
);
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.appeal_restriction(tests.id('one'), '') $$, 'PT422', null, 'an appeal says why'
);
select throws_ok(
    $$ select api.appeal_restriction(tests.id('one'), repeat('x', 8001)) $$, 'PT422', null, 'in short'
);
select tests.named(
    'appeal', api.appeal_restriction(tests.id('one'), 'Ring 415-555-2671 and ask.')
);
select ok(true, 'who is banned appeals');
select throws_ok(
    $$ select api.appeal_restriction(tests.id('one'), 'Once more.') $$, 'PT409',
    'the restriction was appealed already', 'once'
);
select results_eq(
    'select restriction_id, status, statement, review_reason from api.my_appeals',
    $$ values (tests.id('one'), 'open', 'Ring [phone hidden] and ask.', null::text) $$,
    'and reads it, as admins do: without a number'
);
select tests.act_as('mechanic', 'zoe');
select is_empty('select from api.my_appeals', 'others do not');
select tests.act_as_owner();
select isnt_empty(
    $$
        select from realtime.messages
        where event = 'appeal'
            and topic like 'admin:moderation:%'
            and payload ->> 'id' = tests.id('appeal')::text
    $$,
    'the admins are told'
);

-- Reviewing one

select tests.act_as('platform_admin', 'ada');
select isnt_empty('select from api.admin_appeals', 'admins see it');
select throws_ok(
    $$ select api.decide_appeal(tests.id('appeal'), 'upheld', 'I was right.') $$, 'PT409',
    'somebody else reviews a decision', 'whoever decided does not review'
);
select tests.act_as('platform_admin', 'abe');
select throws_ok(
    $$ select api.decide_appeal(tests.id('appeal'), 'perhaps', 'Hm.') $$, 'PT422', null,
    'an outcome is one of two'
);
select throws_ok(
    $$ select api.decide_appeal(tests.id('appeal'), 'upheld', '') $$, 'PT422', null, 'with a reason'
);
select throws_ok(
    $$ select api.decide_appeal(gen_random_uuid(), 'upheld', 'No.') $$, 'PT404', null, 'of an appeal'
);
select tests.act_as_owner();
select throws_ok(
    $$
        update app.appeals set status = 'upheld', reviewed_by = restricted_by, reviewed_at = now(),
            review_reason = 'Mine.'
    $$,
    '23514', null, 'the table itself refuses the same admin'
);
select throws_ok(
    $$ update app.appeals set restricted_by = tests.id('abe') $$, '23503', null,
    'and another decider than the restriction has'
);

-- Overturning

select tests.act_as('platform_admin', 'abe');
select lives_ok(
    $$ select api.decide_appeal(tests.id('appeal'), 'overturned', 'I rang 415-555-2671.') $$,
    'another admin overturns it'
);
select throws_ok(
    $$ select api.decide_appeal(tests.id('appeal'), 'upheld', 'On second thought.') $$, 'PT409',
    'the appeal is decided already', 'once'
);
select tests.act_as_owner();
select results_eq(
    $$
        select r.step, r.kind, r.ends_at - r.starts_at
        from app.restrictions as r
        where r.holder_id = tests.id('max') and r.lifted_at is null
        order by r.step
    $$,
    $$ values (1, 'suspended', interval '7 days'), (2, 'suspended', interval '30 days') $$,
    'the ladder is graded anew: the second is the first, the third the second'
);
select results_eq(
    $$
        select s.suspended_until - app.current_instant(), s.barred_until
        from app.standings as s where s.person_id = tests.id('max')
    $$,
    $$ values (interval '30 days', '-infinity'::timestamptz) $$, 'so the ban is over'
);
select results_eq(
    $$
        select sum(balance_cents) from api.admin_ledger_accounts
        where owner_id = tests.id('max') and name = 'payable.mechanic'
    $$,
    'select cents from earned', 'and what was withheld is released'
);
select is(
    (select count(*) from app.violations where person_id = tests.id('max') and overturned_at is not null),
    1::bigint, 'one violation counts no longer'
);
select results_eq(
    $$ select actor_id, reason from app.audit_log where action = 'decide_appeal' $$,
    $$ values (tests.id('abe'), 'I rang 415-555-2671.') $$, 'it is on record'
);
select tests.act_as('mechanic', 'max');
select isnt_empty(
    $$ select from api.notices where kind = 'appeal_overturned' and about_id = tests.id('appeal') $$,
    'the person is told'
);
select results_eq(
    'select status, review_reason from api.my_appeals',
    $$ values ('overturned', 'I rang [phone hidden].') $$, 'and reads why, without a number'
);
select is(
    (select lift_reason from api.restrictions where id = tests.id('one')), 'I rang [phone hidden].',
    'as in the restriction'
);
select isnt_empty('select from api.mechanic_threads', 'conversations are back');
select throws_ok(
    $$ select api.appeal_restriction(tests.id('two'), 'That one too.') $$, 'PT409',
    'the restriction is lifted already', 'what was replaced is appealed in its new form'
);

-- Upholding, and being late

select tests.act_as_owner();
select tests.named('new two', id) from app.restrictions
where holder_id = tests.id('max') and step = 2 and lifted_at is null;
select tests.named('new one', id) from app.restrictions
where holder_id = tests.id('max') and step = 1 and lifted_at is null;
select tests.act_as('mechanic', 'max');
select tests.named('second appeal', api.appeal_restriction(tests.id('new two'), 'Also a part.'));
select tests.act_as('platform_admin', 'amy');
select api.decide_appeal(tests.id('second appeal'), 'upheld', 'It was a number.');
select tests.act_as('mechanic', 'max');
select is_empty('select from api.mechanic_queue', 'upheld, the restriction stays');
select isnt_empty(
    $$ select from api.notices where kind = 'appeal_upheld' $$, 'of which the person is told'
);
select tests.act_as_owner();
select tests.move_clock(interval '30 days');
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.appeal_restriction(tests.id('new one'), 'And that.') $$, 'PT409',
    'the time to appeal is over', 'after the window none is made'
);

-- A workshop's, by its advisors; a window by its place

select tests.act_as_owner();
update app.standings set jurisdiction = 'DE' where holder_id = tests.id('Harbor Auto');
select tests.act_as('platform_admin', 'ada');
select tests.named(
    'of Harbor', api.restrict(tests.id('Harbor Auto'), 'suspended', false, '4.2', 'Gave a number.', 7)
);
select tests.act_as('workshop', 'wanda');
select results_eq(
    $$ select jurisdiction, appeal_by = starts_at + interval '6 months' from api.restrictions $$,
    $$ values ('DE', true) $$, 'a place sets how long there is to appeal'
);
select tests.named('for Harbor', api.appeal_restriction(tests.id('of Harbor'), 'We did not.'));
select results_eq(
    'select statement from api.my_appeals', $$ values ('We did not.') $$,
    'an advisor appeals for the workshop'
);
select tests.act_as('workshop', 'dora');
select isnt_empty('select from api.my_appeals', 'which its other advisors see');
select tests.act_as('workshop', 'lena');
select is_empty('select from api.my_appeals', 'and no competitor');
select throws_ok(
    $$ select api.appeal_restriction(tests.id('of Harbor'), 'Keep them.') $$, 'PT404', null,
    'nor appeals for it'
);

select tests.act_as('platform_admin', 'ada');
select api.lift_restriction(tests.id('of Harbor'), 'On second thought.');
select tests.act_as('platform_admin', 'abe');
select lives_ok(
    $$ select api.decide_appeal(tests.id('for Harbor'), 'overturned', 'They did not.') $$,
    'who was restricted is told so, even if it is lifted already'
);

select tests.act_as_owner();
select set_has(
    $$
        select payload ->> 'status' from realtime.messages
        where event = 'appeal' and topic like 'admin:moderation:%'
    $$,
    $$ values ('open'), ('upheld'), ('overturned') $$,
    'the admins hear of each appeal, and of each decision'
);

select * from finish();
rollback;
