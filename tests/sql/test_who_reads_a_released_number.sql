-- Who reads a telephone number that a customer released?
--
-- cleo's car was repaired by Northside; Harbor lost. ana has quotes and has paid nothing.

begin;
select plan(24);

select tests.named('offer', tests.id('cleo repaired offer to Northside Garage'));

create function pg_temp.numbers() returns setof text language sql as $$
    select phone from api.workshop_released_contacts where offer_id = tests.id('offer');
$$;
grant execute on function pg_temp.numbers to public;

-- Who may release

select tests.act_as_owner();
delete from app.contact_releases;
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.release_contact(tests.id('ana escalated offer to Northside Garage')) $$, 'PT404',
    null, 'nobody releases a number before the repair is paid'
);
select throws_ok(
    $$ select api.release_contact(tests.id('offer')) $$, 'PT404', null,
    'nor for the repair of another'
);
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.release_contact(tests.id('offer')) $$, '42501', null, 'nor does the workshop itself'
);
select tests.act_as('customer', 'cleo');
select throws_ok(
    $$ select api.release_contact(tests.id('cleo repaired offer to Harbor Auto')) $$, 'PT404', null,
    'nor to the workshop that lost'
);
select tests.act_as_owner();
update app.contact_details set phone = null where person_id = tests.id('cleo');
select tests.act_as('customer', 'cleo');
select throws_ok(
    $$ select api.release_contact(tests.id('offer')) $$, 'PT409', null,
    'nor who has given no number'
);
select tests.act_as_owner();
update app.contact_details set phone = '+12175550103' where person_id = tests.id('cleo');
update app.standings set barred_until = 'infinity' where person_id = tests.id('cleo');
select tests.act_as('customer', 'cleo');
select throws_ok(
    $$ select api.release_contact(tests.id('offer')) $$, 'PT403', null, 'nor a barred customer'
);
select tests.act_as_owner();
update app.standings set barred_until = '-infinity' where person_id = tests.id('cleo');

select tests.act_as('workshop', 'walt');
select is_empty($$ select pg_temp.numbers() $$, 'until then the workshop has no number');
select tests.act_as('customer', 'cleo');
select lives_ok(
    $$ select api.release_contact(tests.id('offer')) $$, 'the customer of a paid repair releases theirs'
);

-- Who reads it

select tests.act_as('workshop', 'walt');
select results_eq(
    $$ select pg_temp.numbers() $$, $$ values ('+12175550103') $$, 'the workshop reads it'
);
select results_eq(
    $$
        select m.sender, m.body ~ '[0-9]'
        from api.messages as m
        inner join api.workshop_threads as t on m.thread_id = t.id
        where t.offer_id = tests.id('offer')
            and m.kind = 'notice'
    $$,
    $$ values ('system', false) $$,
    'and is told in the conversation, without the number'
);
select tests.act_as('workshop', 'wanda');
select is_empty(
    $$ select from api.workshop_released_contacts $$, 'another workshop reads nothing'
);
select tests.act_as('workshop', 'rex');
select is_empty($$ select pg_temp.numbers() $$, 'nor does a removed advisor');
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select from api.workshop_released_contacts $$, '42501', null, 'nor the mechanic'
);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select from api.workshop_released_contacts $$, '42501', null, 'nor, this way, an admin'
);
select results_eq(
    $$
        select actor_id, details
        from api.admin_audit_log
        where action = 'release_contact'
            and subject_id = tests.id('offer')
        order by at desc
        limit 1
    $$,
    $$ values (tests.id('cleo'), '{}'::jsonb) $$,
    'who reads in the log that it was released, not what'
);

select tests.act_as_owner();
update app.standings set barred_until = 'infinity' where person_id = tests.id('walt');
select tests.act_as('workshop', 'walt');
select is_empty($$ select pg_temp.numbers() $$, 'a barred advisor reads it no more');
select tests.act_as_owner();
update app.standings set barred_until = '-infinity' where person_id = tests.id('walt');

select tests.move_clock(interval '13 days');
select tests.act_as('workshop', 'walt');
select isnt_empty($$ select pg_temp.numbers() $$, 'it is there on the thirteenth day');
select tests.act_as_owner();
select tests.move_clock(interval '1 day');
select tests.act_as('workshop', 'walt');
select is_empty($$ select pg_temp.numbers() $$, 'and gone on the fourteenth');

-- Again, and back

select tests.act_as('customer', 'cleo');
select lives_ok($$ select api.release_contact(tests.id('offer')) $$, 'a release is renewed');
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.withdraw_contact(tests.id('offer')) $$, 'PT404', null,
    'nobody withdraws another''s number'
);
select tests.act_as('workshop', 'walt');
select isnt_empty($$ select pg_temp.numbers() $$, 'the workshop reads it again');
select tests.act_as('customer', 'cleo');
select lives_ok($$ select api.withdraw_contact(tests.id('offer')) $$, 'the customer withdraws it');
select throws_ok(
    $$ select api.withdraw_contact(tests.id('offer')) $$, 'PT404', null, 'once'
);
select tests.act_as('workshop', 'walt');
select is_empty($$ select pg_temp.numbers() $$, 'and the workshop reads it no more');

select * from finish();
rollback;
