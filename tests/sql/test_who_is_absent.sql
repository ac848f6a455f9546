-- Who is absent, and who only writes elsewhere?

begin;
select plan(2);

select tests.named('northside thread', id)
from app.threads
where offer_id = tests.id('ana escalated offer to Northside Garage');
select tests.move_clock(interval '14 minutes');
select tests.act_as('mechanic', 'max');
select api.send_message(tests.id('ana active thread'), 'Are you there?', gen_random_uuid());
select tests.act_as('customer', 'ana');
select api.send_message(tests.id('northside thread'), 'What about Monday?', gen_random_uuid());
select tests.act_as_owner();
select tests.move_clock(interval '2 minutes');

select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.report_absent_mechanic(tests.id('ana active')) $$,
    'PT409', null, 'a mechanic who wrote two minutes ago is there'
);
select tests.act_as('mechanic', 'max');
select lives_ok(
    $$ select api.report_absent_customer(tests.id('ana active')) $$,
    'a customer who writes to somebody else is not'
);

select * from finish();
rollback;
