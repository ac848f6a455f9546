-- Who changes a profile, and whose?

begin;
select plan(9);

select tests.act_as('customer', 'ben');
select api.set_customer_profile('Benno', 'c', tests.id('Decatur'));
select api.set_contact_details(street => '9 Canary Street');
select results_eq(
    'select first_name, last_initial, city from api.customer_profile',
    $$ values ('Benno', 'C', 'Decatur') $$, 'a customer changes their name and city'
);
select is((select street from api.my_account), '9 Canary Street', 'and their address');
select tests.act_as('customer', 'ana');
select results_eq(
    'select first_name, last_initial, city from api.customer_profile',
    $$ values ('Ana', 'A', 'Springfield') $$, 'nobody else''s name'
);
select is((select street from api.my_account), '1 Canary Street', 'nor address');

select tests.act_as('mechanic', 'zoe');
select api.set_mechanic_profile('Zora');
select is((select display_name from api.mechanic_profile), 'Zora', 'a mechanic their own name');
select tests.act_as('mechanic', 'max');
select is((select display_name from api.mechanic_profile), 'Max', 'and no other''s');

select tests.act_as_id('customer', gen_random_uuid());
select throws_ok(
    $$ select api.set_customer_profile('Eve', 'e', null) $$, 'PT404', null,
    'who is no customer has no profile'
);
select throws_ok(
    $$ select api.set_contact_details(street => 'Nowhere') $$, 'PT404', null, 'nor an address'
);
select tests.act_as_id('mechanic', gen_random_uuid());
select throws_ok(
    $$ select api.set_mechanic_profile('Eve') $$, 'PT404', null, 'nor who is no mechanic'
);

select * from finish();
rollback;
