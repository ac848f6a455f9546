-- What does a quote add up to, and who writes it?
--
-- ana's case: Northside has quoted 800.00; Harbor accepts now.

begin;
select plan(48);

select tests.named('offer', tests.id('ana escalated offer to Harbor Auto'));
create function pg_temp.draft(items jsonb, tax_cents bigint default 0) returns uuid language sql as $$
    select api.draft_quote(tests.id('offer'), items, 'Two days.', 24, tax_cents);
$$;
create function pg_temp.item(
    kind text default 'part',
    description text default 'Pads',
    quantity numeric default 1,
    unit_cents numeric default 9900
)
    returns jsonb
    language sql
as $$
    select jsonb_build_array(
        jsonb_build_object(
            'kind', item.kind, 'description', item.description, 'quantity', item.quantity,
            'unit_cents', item.unit_cents
        )
    );
$$;
grant execute on function pg_temp.draft, pg_temp.item to public;

select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$
        select api.draft_quote(
            tests.id('offer'),
            '[{"kind": "part", "description": "Pads", "quantity": 1, "unit_cents": 9900}]'
        )
    $$,
    'PT409', null, 'before accepting, a workshop drafts no quote'
);
select api.accept_offer(tests.id('offer'));

-- Who may not draft

select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select pg_temp.draft(pg_temp.item()) $$, 'PT404', null,
    'another workshop drafts no quote for this offer'
);
select tests.act_as('customer', 'ana');
select throws_ok($$ select pg_temp.draft(pg_temp.item()) $$, '42501', null, 'nor the customer');
select tests.act_as_owner();
update app.standings
set suspended_until = 'infinity'
where workshop_id = tests.id('Harbor Auto');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select pg_temp.draft(pg_temp.item()) $$, 'PT403', null, 'nor a suspended workshop'
);
select tests.act_as_owner();
update app.standings
set suspended_until = '-infinity'
where workshop_id = tests.id('Harbor Auto');

-- What is no quote

select tests.act_as('workshop', 'wanda');
select throws_ok(
    format('select pg_temp.draft(%L)', wrong.items), 'PT422', null, 'no quote: ' || wrong.reason
)
from (
    values
        ('an object', '{}'),
        ('a list of nothing', '[]'),
        ('a list of words', '["pads"]'),
        ('an item of another kind', pg_temp.item(kind => 'tip')::text),
        ('an item without a kind', pg_temp.item(kind => null)::text),
        ('an item without a description', pg_temp.item(description => null)::text),
        ('an item with an empty one', pg_temp.item(description => '')::text),
        ('an item with a long one', pg_temp.item(description => repeat('x', 301))::text),
        ('none of an item', pg_temp.item(quantity => 0)::text),
        ('half an item', pg_temp.item(quantity => 0.5)::text),
        ('a discount', pg_temp.item(unit_cents => -1)::text),
        ('half a cent', pg_temp.item(unit_cents => 99.5)::text),
        ('more than Stripe charges', pg_temp.item(unit_cents => 100000000)::text),
        ('less than Stripe charges', pg_temp.item(unit_cents => 49)::text)
) as wrong (reason, items);
select throws_ok(
    $$ select pg_temp.draft(pg_temp.item(), -1) $$, 'PT422', null, 'no quote: a negative tax'
);
select throws_ok(
    $$ select pg_temp.draft(null) $$, 'PT422', null, 'no quote: nothing at all'
);
select throws_ok(
    $$ select pg_temp.draft((select jsonb_agg(pg_temp.item() -> 0) from generate_series(1, 101))) $$,
    'PT422', null, 'no quote: more than a hundred items'
);
select is_empty(
    $$ select from api.workshop_quotes where offer_id = tests.id('offer') $$,
    'none of them left anything behind'
);

-- What adds up

select pg_temp.draft(pg_temp.item());
select is(
    api.draft_quote(
        tests.id('offer'),
        '[
            {"kind": "part", "description": "Pads, call 217-555-0188", "quantity": 2, "unit_cents": 4950},
            {"kind": "labour", "description": "Fitting", "quantity": 3, "unit_cents": 11033,
             "amount_cents": 1},
            {"kind": "part", "description": "Bosch 0986494524", "quantity": 1, "unit_cents": 1}
        ]',
        'Ready in two days. Write to wanda@example.com',
        24,
        777
    ),
    (select id from api.workshop_quotes where offer_id = tests.id('offer')),
    'drafting again replaces the draft'
);
select tests.named('quote', id)
from api.workshop_quotes
where offer_id = tests.id('offer');
select results_eq(
    $$
        select
            version, status, parts_cents, labour_cents, tax_cents, total_cents, currency,
            warranty_months
        from api.workshop_quotes
        where id = tests.id('quote')
    $$,
    $$ values (1, 'draft', 9901::bigint, 33099::bigint, 777::bigint, 43777::bigint, 'usd', 24) $$,
    'the database adds up parts, labour, tax and total'
);
select results_eq(
    $$
        select position, amount_cents
        from api.workshop_quote_items
        where quote_id = tests.id('quote')
        order by position
    $$,
    $$ values (1, 9900::bigint), (2, 33099), (3, 1) $$,
    'item by item, whatever amounts the workshop gives'
);
select results_eq(
    $$
        select description like '%217-555-0188%', description = 'Bosch 0986494524'
        from api.workshop_quote_items
        where quote_id = tests.id('quote')
            and kind = 'part'
        order by position
    $$,
    $$ values (false, false), (false, true) $$,
    'a telephone number in a description is masked, a part number is not'
);
select results_eq(
    $$ select notes like '%wanda@example.com%' from api.workshop_quotes where id = tests.id('quote') $$,
    $$ values (false) $$,
    'and so is an address in the notes'
);
select throws_ok(
    $$ update api.workshop_quotes set notes = 'Call me' $$, '42501', null,
    'the view writes nothing'
);

-- A draft is the workshop's own

select tests.act_as('workshop', 'walt');
select is_empty(
    $$ select from api.workshop_quotes where id = tests.id('quote') $$,
    'another workshop does not see a draft'
);
select throws_ok(
    $$ select api.send_quote(tests.id('quote')) $$, 'PT404', null, 'nor sends it'
);
select tests.act_as('customer', 'ana');
select is_empty(
    $$ select from api.customer_quotes where id = tests.id('quote') $$,
    'the customer does not see a draft'
);
select is_empty(
    $$ select from api.customer_quote_items where quote_id = tests.id('quote') $$, 'nor its items'
);
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT404', null, 'nor approves it'
);
select throws_ok(
    $$ select api.decline_quote(tests.id('quote')) $$, 'PT404', null, 'nor declines it'
);

-- Sending

select tests.act_as_owner();
update app.standings
set suspended_until = 'infinity'
where person_id = tests.id('wanda');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.send_quote(tests.id('quote')) $$, 'PT403', null,
    'a suspended advisor sends no first quote'
);
select tests.act_as_owner();
update app.standings
set suspended_until = '-infinity'
where person_id = tests.id('wanda');
select tests.move_clock(interval '8 hours');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.send_quote(tests.id('quote')) $$, 'PT409', null, 'nor is one sent after eight hours'
);
select throws_ok(
    $$ select pg_temp.draft(pg_temp.item()) $$, 'PT409', null, 'nor drafted'
);
select tests.act_as_owner();
select tests.move_clock(interval '-8 hours');
select tests.act_as('workshop', 'wanda');
select lives_ok($$ select api.send_quote(tests.id('quote')) $$, 'a workshop sends its draft in time');
select throws_ok(
    $$ select api.send_quote(tests.id('quote')) $$, 'PT409', null, 'and sends it once'
);

select tests.act_as('customer', 'ana');
select results_eq(
    $$
        select workshop_name, status, total_cents, distance_km, warranty_months, rating, rating_count,
            valid_until - sent_at
        from api.customer_quotes
        where id = tests.id('quote')
    $$,
    $$ values ('Harbor Auto', 'sent', 43777::bigint, 10, 24, null::numeric, 0, interval '7 days') $$,
    'the customer compares price, distance, warranty and rating, for seven days'
);
select is(
    (select sum(amount_cents) from api.customer_quote_items where quote_id = tests.id('quote')),
    43000::numeric,
    'and reads its items'
);
select results_eq(
    $$
        select m.sender, m.body
        from api.messages as m
        inner join api.customer_threads as t on m.thread_id = t.id
        where t.offer_id = tests.id('offer')
            and m.kind = 'quote'
            and m.quote_id = tests.id('quote')
    $$,
    $$ values ('workshop', 'Quote 1: 437.77 USD') $$,
    'it came as a message in their conversation with the workshop'
);
select tests.act_as('workshop', 'walt');
select is_empty(
    $$ select from api.workshop_quotes where id = tests.id('quote') $$,
    'the other workshop does not see it'
);
select is_empty(
    $$ select from api.workshop_quote_items where quote_id = tests.id('quote') $$, 'nor its items'
);

-- A second version

select tests.act_as_owner();
update app.standings
set suspended_until = 'infinity'
where person_id = tests.id('wanda');
select tests.move_clock(interval '1 day');
select tests.act_as('workshop', 'wanda');
select tests.named('second', pg_temp.draft(pg_temp.item(unit_cents => 40000)));
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select status from api.customer_quotes where id = tests.id('quote') $$, $$ values ('sent') $$,
    'a second draft leaves the first quote standing'
);
select tests.act_as('workshop', 'wanda');
select lives_ok(
    $$ select api.send_quote(tests.id('second')) $$,
    'a quote already made is bettered even by a suspended advisor'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$
        select version, status, total_cents
        from api.customer_quotes
        where offer_id = tests.id('offer')
        order by version
    $$,
    $$ values (1, 'superseded', 43777::bigint), (2, 'sent', 40000) $$,
    'the first is superseded by the second'
);
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT409', null,
    'and can no longer be approved'
);

select * from finish();
rollback;
