-- What is written down of privileged hands, and by whom?

begin;
select plan(3);

create temporary table before as select id from app.audit_log;
select tests.sign_up('nora');
select tests.act_as('customer', 'nora');
select api.set_customer_profile('Nora', 'N', tests.id('Springfield'));
select tests.act_as_owner();
select tests.sign_up('otto');
select tests.sign_up('paula');
create temporary table tokens (name text, token text);
grant select, insert on tokens to public;

select tests.act_as('platform_admin', 'ada');
insert into tokens values
    ('nora', api.invite_person('nora@example.test', 'mechanic')),
    ('otto', api.invite_person('otto@example.test', 'platform_admin')),
    ('paula', api.invite_person('paula@example.test', 'media_worker'));
select api.revoke_invitation(id)
from api.admin_invitations
where persona = 'media_worker' and accepted_at is null;
select api.create_workshop('Nora and Sons', tests.id('Springfield'), '{brakes}');
select api.remove_workshop_member(tests.id('Northside Garage'), tests.id('walt'), 'Left.');
select tests.named(
    'logged', api.restrict(tests.id('zoe'), 'suspended', false, '4.2', 'Gave a number.', 7)
);
select api.lift_restriction(tests.id('logged'), 'Appealed.');
select * from api.read_contact(tests.id('ana'), 'A letter came back.');
select tests.act_as('customer', 'nora');
select api.accept_invitation(token) from tokens where name = 'nora';
select tests.act_as('customer', 'otto');
select api.accept_invitation(token) from tokens where name = 'otto';
select tests.act_as('customer', 'cleo');
select api.release_contact(tests.id('cleo repaired offer to Northside Garage'));
select api.withdraw_contact(tests.id('cleo repaired offer to Northside Garage'));
select tests.act_as('mechanic', 'max');
select api.send_message(
    tests.id('ana active thread'), 'My number is 415-555-2671', gen_random_uuid()
);
select tests.act_as('platform_admin', 'ada');
select results_eq(
    $$
        select p.persona, c.first_name
        from api.admin_people as p
        left join api.admin_customers as c on p.id = c.person_id
        where p.id = tests.id('nora')
    $$,
    $$ values ('mechanic', null::text) $$,
    'who becomes a mechanic is no customer any more, and has no customer''s name'
);
select api.read_raw_message(message_id, 'To judge it.') from api.admin_flags;
select api.decide_flag(id, 'dismissed', 'A part.') from api.admin_flags;
select api.dismiss_admin(tests.id('otto'), 'Left.');

select tests.act_as_owner();
select results_eq(
    $$
        select l.action, n.name, count(*)
        from app.audit_log as l
        left join tests.names as n on l.actor_id = n.id
        where l.id not in (select id from before)
        group by l.action, n.name
        order by l.action collate "C", n.name
    $$,
    $$
        values
            ('accept_invitation', 'nora', 1::bigint),
            ('accept_invitation', 'otto', 1),
            ('create_workshop', 'ada', 1),
            ('decide_flag', 'ada', 1),
            ('dismiss_admin', 'ada', 1),
            ('invite_person', 'ada', 3),
            ('lift_restriction', 'ada', 1),
            ('read_contact', 'ada', 1),
            ('read_raw_message', 'ada', 1),
            ('release_contact', 'cleo', 1),
            ('remove_workshop_member', 'ada', 1),
            ('restrict', 'ada', 1),
            ('revoke_invitation', 'ada', 1),
            ('withdraw_contact', 'cleo', 1)
    $$,
    'each is written down, under whoever did it'
);
delete from app.audit_log;
select tests.act_as('platform_admin', 'otto');
select throws_ok(
    $$ select * from api.read_contact(tests.id('ana'), 'A letter came back.') $$, 'PT403', null,
    'a dismissed admin reads nobody''s'
);

select * from finish();
rollback;
