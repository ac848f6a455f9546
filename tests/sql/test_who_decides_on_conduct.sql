-- Who decides on conduct, on what grounds, and what becomes of it?

begin;
select plan(45);

insert into app.topic_epochs (name, epoch) values ('admin:elsewhere', 7);
delete from realtime.messages;

-- A flag

select tests.act_as('mechanic', 'max');
select api.send_message(
    tests.id('ana active thread'), 'Call me: 415-555-2671', gen_random_uuid()
);
select tests.act_as('customer', 'ana');
select api.send_message(
    tests.id('ana active thread'), 'Mine is 415-555-2672', gen_random_uuid()
);
select tests.act_as_owner();
select tests.named('flag', id) from app.contact_flags where person_id = tests.id('max');
select tests.named('flag on ana', id) from app.contact_flags where person_id = tests.id('ana');
select tests.named('masked', message_id) from app.contact_flags where person_id = tests.id('max');
select results_eq(
    $$
        select topic, payload ->> 'severity' from realtime.messages
        where event = 'flag' and (payload ->> 'id')::uuid = tests.id('flag')
    $$,
    $$ values ('admin:moderation:1', 'S2') $$,
    'a flag is announced to the admins: "call me" solicits'
);

-- Looking closer

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.read_raw_message(tests.id('masked'), 'Curious') $$, 'PT422', null,
    'an admin reads what was typed for a purpose'
);
select throws_ok(
    $$ select api.read_raw_message(gen_random_uuid(), 'Deciding on a flag') $$, 'PT404', null,
    'where something was masked'
);
select is(
    api.read_raw_message(tests.id('masked'), 'Deciding on a flag'), 'Call me: 415-555-2671',
    'and then reads it'
);
select throws_ok(
    $$ select api.read_contact(gen_random_uuid(), 'They asked us to call.') $$, 'PT404', null,
    'contact details are read of somebody'
);

-- Deciding

select throws_ok(
    $$ select api.decide_flag(tests.id('flag'), 'open', 'Not sure.') $$, 'PT422',
    'dismissed, warned or confirmed, and a reason, are needed', 'a decision is one way or the other'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('flag'), 'dismissed', '') $$, 'PT422',
    'dismissed, warned or confirmed, and a reason, are needed', 'for a reason'
);
select throws_ok(
    $$ select api.decide_flag(gen_random_uuid(), 'dismissed', 'No number.') $$, 'PT404', null,
    'on a flag'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('flag on ana'), 'confirmed', 'Gave it.', 'S1', '4.2') $$,
    'PT409', 'customers are warned, never punished', 'never against a customer'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('flag'), 'confirmed', 'Gave his number.', 'S2', '') $$,
    'PT422', 'a severity S1 to S3 and a clause are needed', 'a violation is of a clause'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('flag'), 'confirmed', 'Gave his number.', 'S0', '4.2') $$,
    'PT422', 'a severity S1 to S3 and a clause are needed', 'and of a severity'
);
select lives_ok(
    $$ select api.decide_flag(tests.id('flag on ana'), 'warned', 'Gave her number.') $$,
    'but she is warned'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('flag'), 'warned', 'Gave his number.') $$, 'PT409',
    'only customers are warned instead', 'as nobody else is'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('flag on ana'), 'dismissed', 'On second thought.') $$, 'PT409',
    'the flag is decided already', 'once'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select m.body from api.notices as n inner join api.messages as m on n.about_id = m.id
        where n.kind = 'conduct_warning' $$,
    $$ values ('Mine is [phone hidden]') $$, 'she reads for which message'
);
select is_empty('select from api.my_violations', 'and no violation was found');
select tests.act_as('platform_admin', 'ada');
select lives_ok(
    $$ select api.decide_flag(tests.id('flag'), 'confirmed', 'Gave his number.', 'S2', '4.2') $$,
    'a mechanic''s is confirmed'
);
select throws_ok(
    $$ select api.decide_flag(tests.id('flag'), 'dismissed', 'On second thought.') $$,
    'PT409', 'the flag is decided already', 'once'
);
select results_eq(
    $$ select person_id, severity, clause, decided_by from api.admin_violations $$,
    $$ values (tests.id('max'), 'S2', '4.2', tests.id('ada')) $$, 'a violation is on record'
);
select results_eq(
    $$
        select id, status, decision_reason, decided_by from api.admin_flags
        where id in (tests.id('flag'), tests.id('flag on ana')) order by decision_reason
    $$,
    $$
        values
            (tests.id('flag on ana'), 'warned', 'Gave her number.', tests.id('ada')),
            (tests.id('flag'), 'confirmed', 'Gave his number.', tests.id('ada'))
    $$,
    'each decision is kept with its reason'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    'select severity, clause, facts from api.my_violations',
    $$ values ('S2', '4.2', 'Gave his number.') $$, 'which the mechanic reads, with the facts'
);
select tests.act_as('mechanic', 'zoe');
select is_empty('select from api.my_violations', 'and no other');

-- Restricting

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.restrict(tests.id('zoe'), 'suspended', false, '', 'Gave a number.', 7) $$,
    'PT422', 'a clause and the facts are needed', 'a restriction names the clause'
);
select throws_ok(
    $$ select api.restrict(tests.id('zoe'), 'suspended', false, '4.2', 'Gave a number.') $$,
    'PT422', 'a suspension has days, ten years at most, a ban has none', 'a suspension has an end'
);
select throws_ok(
    $$ select api.restrict(gen_random_uuid(), 'banned', true, '4.4', 'Took cash.') $$,
    'PT404', null, 'it is somebody who is restricted'
);
select throws_ok(
    $$ select api.restrict(tests.id('ben'), 'banned', true, '4.4', 'Took cash.') $$,
    'PT409', null, 'never a customer'
);
select throws_ok(
    $$ select api.restrict(tests.id('ada'), 'banned', true, '4.4', 'Took cash.') $$,
    'PT409', null, 'nor an admin'
);
select tests.named(
    'ban', api.restrict(tests.id('zoe'), 'banned', true, '4.4', 'Took cash.')
);
select tests.named(
    'workshop ban',
    api.restrict(tests.id('Harbor Auto'), 'banned', true, '4.4', 'Took cash.')
);
select tests.act_as('mechanic', 'zoe');
select is_empty('select from api.mechanic_queue', 'who is banned sees no queue');
select tests.act_as('workshop', 'wanda');
select isnt_empty('select from api.restrictions', 'an advisor reads why the workshop is');
select is_empty('select from api.workshop_cases', 'which loses its cases');

-- A ban bars alone; so does a suspension off the platform

select tests.act_as_owner();
update app.standings set suspended_until = '-infinity' where person_id = tests.id('zoe');
select tests.act_as('mechanic', 'zoe');
select is_empty('select from api.mechanic_queue', 'a bar hides the queue by itself');

-- Lifting

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.lift_restriction(tests.id('ban'), '') $$, 'PT422', null,
    'a restriction is lifted for a reason'
);
select throws_ok(
    $$ select api.lift_restriction(gen_random_uuid(), 'It was not her.') $$, 'PT404', null,
    'if there is one'
);
select lives_ok(
    $$ select api.lift_restriction(tests.id('ban'), 'It was not her.') $$, 'then it is gone'
);
select throws_ok(
    $$ select api.lift_restriction(tests.id('ban'), 'Again.') $$, 'PT404', null, 'and not lifted twice'
);
select lives_ok(
    $$ select api.lift_restriction(tests.id('workshop ban'), 'It was not them.') $$,
    'a workshop''s too'
);
select tests.act_as('mechanic', 'zoe');
select isnt_empty('select from api.mechanic_queue', 'the mechanic works again');

-- Who is in a workshop

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.remove_workshop_member(tests.id('Harbor Auto'), tests.id('dora'), '') $$,
    'PT422', null, 'an advisor is removed for a reason'
);
select throws_ok(
    $$ select api.remove_workshop_member(tests.id('Harbor Auto'), tests.id('walt'), 'Left.') $$,
    'PT404', null, 'from a workshop that is theirs'
);
select throws_ok(
    $$ select api.remove_workshop_member(tests.id('Northside Garage'), tests.id('rex'), 'Left.') $$,
    'PT404', null, 'once'
);

-- Invitations and admins

select tests.act_as_owner();
select tests.named('used', id) from app.invitations where accepted_by = tests.id('max');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.revoke_invitation(tests.id('used')) $$, 'PT404', null,
    'an invitation that was accepted is not revoked'
);
select api.invite_person('abe@example.test', 'mechanic');
select tests.act_as_owner();
select tests.named('open', id) from app.invitations where email = 'abe@example.test';
select tests.act_as('platform_admin', 'ada');
select lives_ok(
    $$ select api.revoke_invitation(tests.id('open')) $$, 'an open one is'
);
select throws_ok(
    $$ select api.revoke_invitation(tests.id('open')) $$, 'PT404', null, 'once, too'
);
select throws_ok(
    $$ select api.dismiss_admin(tests.id('ada'), '') $$, 'PT422', null,
    'an admin is dismissed for a reason'
);
select tests.act_as_owner();
select tests.invite('abe', 'platform_admin');
select tests.act_as('platform_admin', 'ada');
select api.dismiss_admin(tests.id('abe'), 'Left the company.');
select tests.act_as_owner();
select results_eq(
    'select name, epoch from app.topic_epochs order by name',
    $$ values ('admin:elsewhere', 7), ('admin:moderation', 2) $$,
    'the moderation topic moves on, and no other'
);

select * from finish();
rollback;
