-- Which words reach nobody, whoever writes them, and where?

begin;
select plan(12);

update app.limits set most = 1000;
create function pg_temp.leaks(words text)
    returns boolean
    language sql
as $$
    select words is null or words ~ '0142|gmail';
$$;

grant execute on function pg_temp.leaks to public;
create temporary table asked (session_id uuid);
grant select, insert on asked to public;

select tests.act_as('customer', 'ben');
insert into asked
select r.session_id
from api.request_session(
    'brakes', 'It squeals. Call 217-555-0142.', 2016, 'Ford', 'Focus', 'grey'
) as r;
select ok(
    not pg_temp.leaks(concern), 'a concern is masked'
)
from api.customer_sessions
where id = (select session_id from asked);
select throws_ok(
    format(
        'select api.request_session(%L, %L, 2016, %L, %L, %L)',
        'brakes', 'It squeals', 'Ford', 'nora.gmail.com', 'grey'
    ),
    'PT422', null, 'what a car is called is refused'
);
select throws_ok(
    $$ select api.set_customer_profile('Nora at gmail dot com', 'N', tests.id('Springfield')) $$,
    'PT422', null, 'and so is a customer''s name'
);
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.set_mechanic_profile('Nora at gmail dot com') $$, 'PT422', null, 'a mechanic''s'
);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$
        select api.create_workshop('Nora at gmail dot com', tests.id('Springfield'), '{brakes}')
    $$,
    'PT422', null, 'and a workshop''s'
);

select tests.act_as('mechanic', 'max');
select api.complete_session(
    tests.id('ana active'), 'Call 217-555-0142 for more.', 'Mail to max.m@gmail.com for more.'
);
select tests.act_as('customer', 'ana');
select ok(
    not pg_temp.leaks(summary) and not pg_temp.leaks(diagnosis), 'summary and diagnosis are masked'
)
from api.customer_sessions
where id = tests.id('ana active');

select tests.act_as('workshop', 'walt');
select tests.named('masked', api.draft_quote(
    tests.id('ana escalated offer to Northside Garage'),
    '[{"kind": "part", "description": "Pads, or mail walt.w@gmail.com", "quantity": 1,
       "unit_cents": 9000}]',
    'Call 217-555-0142.'
));
select api.send_quote(tests.id('masked'));
select tests.act_as('customer', 'ana');
select ok(not pg_temp.leaks(notes), 'the notes of a quote are masked')
from api.customer_quotes
where id = tests.id('masked');
select ok(not pg_temp.leaks(description), 'and its items')
from api.customer_quote_items
where quote_id = tests.id('masked');

select api.report_message(id, 'He said: call 217-555-0142.')
from api.messages
where thread_id = tests.id('ana active thread') and position = 2;
select tests.act_as('platform_admin', 'ada');
select ok(not pg_temp.leaks(note), 'the note of a report is masked')
from api.admin_flags
where note is not null;
select api.decide_flag(
    id, 'confirmed', 'He wrote 217-555-0142.', 'S2', 'See max.m@gmail.com.'
)
from api.admin_flags
where note is not null;
select tests.named('masked restriction', api.restrict(
    tests.id('max'), 'suspended', false, 'See max.m@gmail.com.', 'He wrote 217-555-0142.', 7
));
select api.lift_restriction(tests.id('masked restriction'), 'Asked at 217-555-0142.');
select tests.act_as('mechanic', 'max');
select ok(
    not bool_or(pg_temp.leaks(facts) or pg_temp.leaks(clause)),
    'why somebody broke a rule is masked'
)
from api.my_violations;
select ok(
    not pg_temp.leaks(facts) and not pg_temp.leaks(clause), 'why they are restricted'
)
from api.restrictions
where id = tests.id('masked restriction');
select ok(not pg_temp.leaks(lift_reason), 'and why they no longer are')
from api.restrictions
where id = tests.id('masked restriction');

select * from finish();
rollback;
