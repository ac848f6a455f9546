-- Who is bound by an answer that was given? Second answers, late drafts, and what an end leaves alone.

begin;
select plan(15);

-- Accepted once

select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.accept_offer(tests.id('ana escalated offer to Northside Garage')) $$, 'PT409',
    'the offer is no longer open', 'an offer is accepted once'
);

-- Sent once; and nothing after the customer has decided

select throws_ok(
    $$ select api.send_quote(tests.id('ana escalated quote of Northside Garage')) $$, 'PT409',
    'the quote is not a draft', 'a quote is sent once'
);
select throws_ok(
    $$ select api.draft_quote(tests.id('ana escalated offer to Northside Garage'), null) $$,
    'PT422', 'items are a list', 'a quote says what it is for'
);
select tests.named(
    'late draft',
    api.draft_quote(
        tests.id('ana escalated offer to Northside Garage'),
        '[{"kind": "part", "description": "Pads", "quantity": 1, "unit_cents": 9900}]'
    )
);
select tests.act_as_owner();
savepoint undecided;
select tests.act_as('customer', 'ana');
select api.approve_quote(tests.id('ana escalated quote of Northside Garage'));
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.send_quote(tests.id('late draft')) $$, 'PT409', 'the case takes no quotes',
    'who was approved does not ask for more'
);
rollback to undecided;

-- Withdrawn in time

select tests.act_as('workshop', 'walt');
select api.withdraw_quote(tests.id('ana escalated quote of Northside Garage'));
select is(
    (
        select outcome from api.workshop_offers
        where id = tests.id('ana escalated offer to Northside Garage')
    ),
    'accepted', 'who withdraws in time may quote again'
);
select lives_ok($$ select api.send_quote(tests.id('late draft')) $$, 'and does');

-- Confirmed

select tests.act_as('customer', 'cleo');
select api.confirm_repair(tests.id('cleo repaired escalation'));
select throws_ok(
    $$ select api.release_contact(tests.id('cleo repaired offer to Northside Garage')) $$,
    'PT404', null, 'after the end no number is released'
);
select tests.act_as('workshop', 'walt');
select isnt_empty(
    $$ select from api.notices where kind = 'repair_confirmed' $$,
    'the workshop learns that its repair is confirmed'
);
select tests.act_as('workshop', 'wanda');
select is_empty(
    $$ select from api.notices where kind = 'repair_confirmed' $$, 'who lost the case does not'
);
select tests.act_as_owner();
select set_config('test.topic', topic, true)
from app.threads
where offer_id = tests.id('cleo repaired offer to Northside Garage');
select tests.act_as('platform_admin', 'ada');
select api.remove_workshop_member(tests.id('Northside Garage'), tests.id('dora'), 'Left.');
select tests.act_as_owner();
select is(
    (
        select topic from app.threads
        where offer_id = tests.id('cleo repaired offer to Northside Garage')
    ),
    current_setting('test.topic'), 'a conversation that is over does not move any more'
);

-- A bay is taken as long as work is in sight

select tests.move_clock(interval '8 days');
update app.workshops set open_bays = 1 where id = tests.id('Northside Garage');
select tests.open_session('cleo', 'cleo again', 'brakes', 'Squeal', 'Mazda', '3');
select tests.work_through('cleo again', 'max');
select tests.complete('cleo again', 'max');
select tests.escalate('cleo again', 'max', array['Northside Garage']);
select tests.act_as('workshop', 'walt');
select lives_ok(
    $$ select api.accept_offer(tests.id('cleo again offer to Northside Garage')) $$,
    'a repair that is done takes no bay, nor does a quote that ran out'
);

-- An event that is none of ours

select tests.act_as_owner();
select tests.open_session('ben', 'ben unpaid', 'engine', 'Stalls', 'Ford', 'Focus');
update app.settings set live_payments = true;
select is(
    tests.stripe_event(
        'evt_ignored', 'charge.succeeded',
        jsonb_build_object(
            'id', 'ch_ignored',
            'object', 'charge',
            'amount', 2500,
            'currency', 'usd',
            'metadata', jsonb_build_object('payment_id', tests.id('ben unpaid payment')),
            'paid', true
        )
    ),
    'ignored', 'a test event is ignored where payments are live'
);
select is(
    (select status from app.payments where id = tests.id('ben unpaid payment')), 'pending',
    'whoever applies it'
);
select is(
    (select balance_cents from app.ledger_accounts where owner_id = tests.id('ben unpaid payment')),
    null, 'no money has moved'
);
select is(
    (select state from app.stripe_events where id = 'evt_ignored'), 'ignored', 'and it stays ignored'
);

select * from finish();
rollback;
