-- What may a name say, the description of a car, a quote or a report, before somebody else reads it?

begin;
select plan(29);

create temporary table tried (said text, why text);
grant select on tried to public;
insert into tried (said, why) values
    ('five five five one two one two', 'a number in words'),
    ('Nora at gmail dot com', 'an address in words'),
    ('nora.gmail.com', 'a link');

-- Names

select tests.act_as('customer', 'ana');
select throws_ok(
    format('select api.set_customer_profile(%L, ''A'', tests.id(''Springfield''))', said), 'PT422',
    'a telephone number, an address or an account name does not belong there',
    'a first name is not ' || why
)
from tried;
select throws_ok(
    $$ select api.set_customer_profile('Nora at gmail dot co', 'm', tests.id('Springfield')) $$, 'PT422', null,
    'nor is it together with the initial'
);
select lives_ok(
    format('select api.set_customer_profile(%L, ''A'', tests.id(''Springfield''))', said),
    format('%s is a first name', said)
)
from unnest(array['Mary-Jane', 'Seven', 'Zo''e']) as n (said);
select tests.act_as('mechanic', 'max');
select throws_ok(
    format('select api.set_mechanic_profile(%L)', said), 'PT422', null, 'a mechanic''s name is not ' || why
)
from tried;
select lives_ok($$ select api.set_mechanic_profile('J.R. Ewing') $$, 'initials are a name');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    format('select api.create_workshop(%L, tests.id(''Springfield''), ''{brakes}'')', said), 'PT422', null,
    'a workshop''s name is not ' || why
)
from tried;
select lives_ok(
    $$ select api.create_workshop('Fifth Street Auto', tests.id('Springfield'), '{brakes}') $$,
    'a workshop may be called after its street'
);

-- The car

create function pg_temp.request(make text, model text, colour text default 'grey', vin text default null)
    returns text
    language sql
as $$
    select format(
        'select api.request_session(''brakes'', ''Noise'', 2012, %L, %L, %L, %L)', make, model, colour, vin
    );
$$;
grant execute on all functions in schema pg_temp to public;
select tests.act_as('customer', 'cleo');
select throws_ok(
    pg_temp.request(said, 'Civic'), 'PT422', 'a telephone number, an address or an account name does not belong there',
    'a make is not ' || why
)
from tried;
select throws_ok(pg_temp.request('217', '555 0142'), 'PT422', null, 'nor one half of a number, the model the other');
select throws_ok(
    pg_temp.request('Honda', 'five five five one', 'two one two'), 'PT422', null, 'nor the model and the colour'
);
select throws_ok(
    pg_temp.request('Honda', 'Civic', 'grey', v.vin), 'PT422', null, format('%s is no VIN', v.vin)
)
from unnest(array['2175550142ABC1234', '1HGCM82633A00435X', '1HGCM82633A0043', 'IHGCM82633A004352']) as v (vin);
select lives_ok(
    pg_temp.request('Mercedes-Benz', 'E 350 4matic', 'dark blue', 'WDB2110061A123456'), 'a car may have numbers in its name'
);
select tests.act_as_owner();

-- What is masked: a quote whose parts add up to a number, and what a report says

select tests.act_as('workshop', 'walt');
select tests.named(
    'draft',
    api.draft_quote(
        tests.id('ana escalated offer to Northside Garage'),
        '[
            {"kind": "part", "description": "217 555", "quantity": 1, "unit_cents": 9000},
            {"kind": "part", "description": "0142", "quantity": 1, "unit_cents": 9000},
            {"kind": "labour", "description": "Fitting", "quantity": 1, "unit_cents": 9000}
        ]',
        'Write to walt@gmail.com'
    )
);
select results_eq(
    $$
        select description from api.workshop_quote_items
        where quote_id = tests.id('draft') and position > 1
        order by position
    $$,
    $$ values ('[phone hidden]'), ('Fitting') $$,
    'the item that completes a number is masked'
);
select is(
    (select notes from api.workshop_quotes where id = tests.id('draft')), 'Write to [email hidden]',
    'and so are the notes'
);
select tests.act_as('customer', 'ana');
select api.report_message(m.id, 'He said 217-555-0142.')
from api.messages as m
where m.thread_id = tests.id('ana active thread') and m.sender = 'mechanic'
limit 1;
select tests.act_as('platform_admin', 'ada');
select results_eq(
    $$ select note from api.admin_flags where note is not null $$, $$ values ('He said [phone hidden].') $$,
    'a report says what happened, not the number'
);
select tests.act_as('mechanic', 'max');
select api.complete_session(tests.id('ana active'), 'Call 217 555', '0142 is all it needs.');
select results_eq(
    $$ select diagnosis from api.mechanic_sessions where id = tests.id('ana active') $$,
    $$ values ('[phone hidden] is all it needs.') $$,
    'a diagnosis does not end a number that the summary begins'
);

select * from finish();
rollback;
