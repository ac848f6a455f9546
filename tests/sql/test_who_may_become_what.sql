-- Who may become what? A sign-up is a customer; only an invitation makes anything else of it.

begin;
select plan(42);

-- Sign-up and an administrator's create, in the order of hosted Auth: insert, which may name a role;
-- update of role to the default group, or to the one asked for; re-read

select tests.act_in_auth(
    $auth$
        insert into auth.users (
            instance_id, id, aud, role, email, email_confirmed_at, raw_user_meta_data
        ) values (
            '00000000-0000-0000-0000-000000000000', '11111111-1111-4111-8111-111111111111',
            'authenticated', 'platform_admin', 'eve@example.test', now(),
            '{"role": "platform_admin", "persona": "platform_admin"}'
        )
    $auth$
);
select tests.named('eve', '11111111-1111-4111-8111-111111111111');
select is(
    (select role from auth.users where id = tests.id('eve')), 'customer',
    'whatever role a sign-up brings, it is a customer'
);
select tests.act_in_auth(
    format('update auth.users set role = %L where id = %L', 'authenticated', tests.id('eve'))
);
select is(
    (select role from auth.users where id = tests.id('eve')), 'customer',
    'also after Auth has written its default group'
);
update auth.users
set raw_user_meta_data = '{"role": "mechanic"}',
    role = 'service_role'
where id = tests.id('eve');
select is(
    (select role from auth.users where id = tests.id('eve')), 'customer',
    'and after an update of metadata and role'
);
select results_eq(
    format('select persona from app.people where id = %L', tests.id('eve')),
    $$ values ('customer') $$,
    'an account has one persona from its first moment'
);
select results_eq(
    format('select email from app.contact_details where person_id = %L', tests.id('eve')),
    $$ values ('eve@example.test') $$,
    'and its contact details'
);
select tests.act_in_auth(
    format(
        'update auth.users set email = %L where id = %L', 'eve.new@example.test', tests.id('eve')
    )
);
select results_eq(
    format('select email from app.contact_details where person_id = %L', tests.id('eve')),
    $$ values ('eve.new@example.test') $$,
    'which follow the e-mail address that Auth keeps'
);

-- Promoting oneself

select tests.act_as('customer', 'eve');
select throws_ok(
    $$ select api.invite_person('eve.new@example.test', 'platform_admin') $$, '42501', null,
    'a customer invites nobody'
);
select throws_ok(
    $$ select app.appoint_first_admin('eve.new@example.test') $$, '42501', null,
    'nor appoints an admin'
);
select throws_ok(
    $$ select app.become_persona(tests.id('eve'), 'mechanic') $$, '42501', null,
    'nor changes a persona'
);
select throws_ok(
    $$ update app.people set persona = 'mechanic' $$, '42501', null, 'nor writes one'
);
select throws_ok(
    $$ update auth.users set role = 'mechanic' $$, '42501', null, 'nor a role'
);
select throws_ok(
    $$ select api.accept_invitation('guessed') $$, 'PT404', null,
    'a guessed token is no invitation'
);

-- The first admin

select tests.act_as_owner();
select throws_ok(
    $$ select app.appoint_first_admin('eve.new@example.test') $$, 'PT409', null,
    'there is a first admin only once'
);

-- Invitation

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.invite_person('x@example.test', 'customer') $$, 'PT422', null,
    'nobody is invited to be a customer'
);
select throws_ok(
    $$ select api.invite_person('nobody', 'mechanic') $$, 'PT422', null,
    'an invitation goes to an e-mail address'
);
select throws_ok(
    $$ select api.invite_person('x@example.test', 'workshop') $$, 'PT422', null,
    'an advisor is invited to a workshop'
);
select throws_ok(
    $$ select api.invite_person('x@example.test', 'workshop', gen_random_uuid()) $$, 'PT404', null,
    'that exists'
);
select throws_ok(
    format(
        'select api.invite_person(%L, %L, %L)',
        'x@example.test', 'mechanic', tests.id('Harbor Auto')
    ),
    'PT422', null, 'and nobody else is'
);

select throws_ok(
    $$ select api.invite_person('x@example.test', 'mechanic', null, 'Germany') $$, 'PT422', null,
    'a country is its two letters'
);
select throws_ok(
    format(
        'select api.invite_person(%L, %L, %L, %L)',
        'x@example.test', 'workshop', tests.id('Harbor Auto'), 'DE'
    ),
    'PT422', null, 'an advisor''s is the workshop''s'
);

create temporary table token as
select
    api.invite_person('eve.new@example.test', 'mechanic') as mechanic,
    api.invite_person('eve.new@example.test', 'platform_admin') as revoked,
    api.invite_person('eve.new@example.test', 'media_worker') as late,
    api.invite_person('ben@example.test', 'mechanic') as history,
    api.invite_person('ana@example.test', 'mechanic') as stolen;
grant select, insert on token to public;
select api.revoke_invitation(id) from api.admin_invitations
where persona = 'platform_admin' and accepted_at is null;
select throws_ok(
    'select api.revoke_invitation(gen_random_uuid())', 'PT404', null,
    'an invitation that is not there is not revoked'
);
select throws_ok(
    'select token_hash from app.invitations', '42501', null, 'no admin reads what is kept of a token'
);

select tests.act_as('customer', 'eve');
select throws_ok(
    'select api.accept_invitation((select stolen from token))', 'PT404', null,
    'an invitation to somebody else''s address is refused'
);
select throws_ok(
    'select api.accept_invitation((select revoked from token))', 'PT404', null,
    'so is a revoked one'
);
select tests.act_as_owner();
update auth.users set email_confirmed_at = null where id = tests.id('eve');
select tests.act_as('customer', 'eve');
select throws_ok(
    'select api.accept_invitation((select mechanic from token))', 'PT404', null,
    'so is one to an address that was not confirmed'
);
select tests.act_as_owner();
update auth.users set email_confirmed_at = now() where id = tests.id('eve');

select tests.act_as('customer', 'ben');
select throws_ok(
    'select api.accept_invitation((select history from token))', 'PT409', null,
    'who is a customer already needs a second account'
);

select tests.act_as('customer', 'eve');
select is(
    api.accept_invitation((select mechanic from token)), 'mechanic',
    'the one invited becomes what the invitation says'
);
select throws_ok(
    'select api.accept_invitation((select late from token))', 'PT403', null,
    'from then on the token that it came with is nobody''s'
);
select tests.act_as_owner();
select throws_ok(
    $$ select app.become_persona(tests.id('eve'), 'platform_admin') $$, 'PT409', null,
    'an account has one persona'
);
update app.people set persona = 'customer' where id = tests.id('eve');
select tests.act_as('customer', 'eve');
select throws_ok(
    'select api.accept_invitation((select mechanic from token))', 'PT404', null,
    'and an invitation is accepted once, whatever became of the account'
);
select tests.act_as_owner();
update app.people set persona = 'mechanic' where id = tests.id('eve');
select is(
    (select role from auth.users where id = tests.id('eve')), 'mechanic',
    'the next token carries it'
);
select is(
    (select persona from app.standings where person_id = tests.id('eve')), 'mechanic',
    'and the standing that policies ask'
);
select throws_ok(
    $$ update app.standings set persona = 'platform_admin' where person_id = tests.id('eve') $$,
    '23503', null, 'which is never another than the account''s'
);
select tests.act_in_auth(
    format('update auth.users set role = %L where id = %L', 'authenticated', tests.id('eve'))
);
select is(
    (select role from auth.users where id = tests.id('eve')), 'mechanic',
    'whatever Auth writes'
);

select tests.sign_up('finn');
select tests.act_as('platform_admin', 'ada');
insert into token (mechanic) select api.invite_person('finn@example.test', 'mechanic');
select tests.act_as_owner();
select tests.move_clock(interval '8 days');
select tests.act_as('customer', 'finn');
select throws_ok(
    'select api.accept_invitation((select mechanic from token where revoked is null))', 'PT404', null,
    'after seven days an invitation is void'
);

-- Dismissal

select tests.act_as_owner();
select tests.invite('abe', 'platform_admin');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    format('select api.dismiss_admin(%L, %L)', tests.id('ada'), 'Me.'), 'PT409', null,
    'nobody dismisses themselves'
);
select throws_ok(
    format('select api.dismiss_admin(%L, %L)', tests.id('max'), 'No admin.'), 'PT404', null,
    'or who is no admin'
);
select api.dismiss_admin(tests.id('abe'), 'Left the company.');
select tests.act_as('platform_admin', 'abe');
select throws_ok(
    $$ select api.invite_person('x@example.test', 'mechanic') $$, 'PT403', null,
    'a dismissed admin does nothing more, whatever their token says'
);

-- Whose law protects them

select tests.act_as_owner();
update app.standings set jurisdiction = 'FR' where workshop_id = tests.id('Harbor Auto');
create function pg_temp.invited(name text, persona text, workshop_id uuid, country text)
    returns text
    language plpgsql
as $$
declare
    token text;
begin
    perform tests.sign_up(invited.name);
    perform tests.act_as('platform_admin', 'ada');
    token := api.invite_person(invited.name || '@example.test', persona, workshop_id, country);
    perform tests.act_as('customer', invited.name);
    perform api.accept_invitation(token);
    perform tests.act_as_owner();
    return (select s.jurisdiction from app.standings as s where s.person_id = tests.id(invited.name));
end;
$$;
select is(pg_temp.invited('dirk', 'mechanic', null, 'DE'), 'DE', 'a mechanic''s is that of their country');
select is(pg_temp.invited('bruno', 'mechanic', null, 'BR'), 'other', 'or other, where nothing else is known');
select is(pg_temp.invited('nils', 'mechanic', null, null), 'other', 'also of the country');
select is(
    pg_temp.invited('fleur', 'workshop', tests.id('Harbor Auto'), null), 'FR', 'an advisor''s is the workshop''s'
);

select * from finish();
rollback;
