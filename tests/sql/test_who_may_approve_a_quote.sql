-- Who may approve a quote, and what comes of it?
--
-- ana's case: Northside has quoted 800.00, Harbor quotes 700.00.

begin;
select plan(60);

select tests.named('offer', tests.id('ana escalated offer to Northside Garage'));
select tests.named('quote', tests.id('ana escalated quote of Northside Garage'));
select tests.act_as('workshop', 'wanda');
select api.accept_offer(tests.id('ana escalated offer to Harbor Auto'));
select tests.act_as_owner();
select tests.quote('ana escalated', 'Harbor Auto', 'wanda', 40000, 30000);
select tests.named('escalation', tests.id('ana escalated escalation'));

-- Who may not

select tests.act_as('customer', 'ben');
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT404', null,
    'another customer may not approve'
);
select throws_ok(
    $$ select api.decline_quote(tests.id('quote')) $$, 'PT404', null, 'nor decline'
);
select throws_ok(
    $$ select api.cancel_escalation(tests.id('escalation')) $$, 'PT404', null, 'nor cancel'
);
select throws_ok(
    $$ select api.confirm_repair(tests.id('escalation')) $$, 'PT404', null, 'nor confirm'
);
select is_empty($$ select from api.customer_quotes $$, 'and sees no quote');
select is_empty($$ select from api.customer_quote_items $$, 'nor an item');
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, '42501', null, 'the workshop may not approve'
);
select throws_ok(
    $$ select api.withdraw_quote(tests.id('ana escalated quote of Harbor Auto')) $$, 'PT404', null,
    'nor withdraw another''s quote'
);
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, '42501', null, 'nor the mechanic'
);

select tests.act_as_owner();
update app.standings
set barred_until = 'infinity'
where person_id = tests.id('ana');
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT403', null, 'nor a barred customer'
);
select throws_ok(
    $$ select api.decline_quote(tests.id('quote')) $$, 'PT403', null, 'who may not decline'
);
select throws_ok(
    $$ select api.cancel_escalation(tests.id('escalation')) $$, 'PT403', null, 'nor cancel'
);
select throws_ok(
    $$ select api.confirm_repair(tests.id('escalation')) $$, 'PT403', null, 'nor confirm'
);
select tests.act_as_owner();
update app.standings
set barred_until = '-infinity'
where person_id = tests.id('ana');

update app.standings
set suspended_until = 'infinity'
where workshop_id = tests.id('Northside Garage');
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT409', 'the workshop takes no work now',
    'nobody approves a quote of a suspended workshop'
);
select tests.act_as_owner();
update app.standings
set suspended_until = '-infinity', barred_until = 'infinity'
where workshop_id = tests.id('Northside Garage');
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT409', 'the workshop takes no work now',
    'nor of a barred one'
);
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.withdraw_quote(tests.id('quote')) $$, 'PT403', null,
    'which does not withdraw it either'
);
select tests.act_as_owner();
update app.standings
set barred_until = '-infinity'
where workshop_id = tests.id('Northside Garage');

-- Seven days, by the clock

select tests.move_clock(interval '7 days');
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select status from api.customer_quotes where id = tests.id('quote') $$,
    $$ values ('expired') $$,
    'after seven days a quote reads as expired'
);
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT409', null, 'and cannot be approved'
);
select throws_ok(
    $$ select api.decline_quote(tests.id('quote')) $$, 'PT409', null, 'nor declined'
);
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.withdraw_quote(tests.id('quote')) $$, 'PT409', null, 'nor withdrawn'
);
select results_eq(
    $$ select status from api.workshop_quotes where id = tests.id('quote') $$,
    $$ values ('expired') $$,
    'the workshop reads the same'
);
select tests.act_as_owner();
select tests.move_clock(interval '-7 days');

-- Declining and withdrawing leave room for another quote

savepoint undecided;
select tests.act_as('customer', 'ana');
select lives_ok($$ select api.decline_quote(tests.id('quote')) $$, 'the customer declines one quote');
select throws_ok(
    $$ select api.decline_quote(tests.id('quote')) $$, 'PT409', null, 'once'
);
select results_eq(
    $$ select status from api.customer_escalations where id = tests.id('escalation') $$,
    $$ values ('quoted') $$,
    'the other quote is there still'
);
select tests.act_as('workshop', 'wanda');
select lives_ok(
    $$ select api.withdraw_quote(tests.id('ana escalated quote of Harbor Auto')) $$,
    'its workshop withdraws that'
);
select throws_ok(
    $$ select api.withdraw_quote(tests.id('ana escalated quote of Harbor Auto')) $$, 'PT409', null,
    'once'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select status from api.customer_escalations where id = tests.id('escalation') $$,
    $$ values ('accepted') $$,
    'now the customer waits for quotes again'
);
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT409', null,
    'a declined quote cannot be approved'
);
select tests.act_as('workshop', 'walt');
select results_eq(
    $$ select quote_by > offered_at + interval '7 hours' from api.workshop_offers
        where id = tests.id('offer') $$,
    $$ values (true) $$,
    'the declined workshop has eight hours for a better one'
);
rollback to undecided;

-- Withdrawing after the time to quote gives up the case

savepoint undecided;
select tests.act_as_owner();
select tests.move_clock(interval '1 day');
select tests.act_as('workshop', 'walt');
select api.withdraw_quote(tests.id('quote'));
select results_eq(
    $$ select outcome, quote_status from api.workshop_offers where id = tests.id('offer') $$,
    $$ values ('lost', 'withdrawn') $$,
    'who withdraws past the time to quote has lost the offer'
);
rollback to undecided;

-- Cancelling

savepoint undecided;
select tests.act_as('customer', 'ana');
select lives_ok(
    $$ select api.cancel_escalation(tests.id('escalation')) $$, 'the customer cancels it all'
);
select throws_ok(
    $$ select api.cancel_escalation(tests.id('escalation')) $$, 'PT409', null, 'once'
);
select results_eq(
    $$
        select distinct e.status, q.status
        from api.customer_escalations as e
        inner join api.customer_quotes as q on e.id = q.escalation_id
        where e.id = tests.id('escalation')
    $$,
    $$ values ('cancelled', 'withdrawn') $$,
    'the quotes are withdrawn with it'
);
select tests.act_as('workshop', 'dora');
select is_empty(
    $$
        select from api.workshop_cases
        where offer_id in (tests.id('offer'), tests.id('ana escalated offer to Harbor Auto'))
    $$,
    'no workshop sees the case'
);
rollback to undecided;

-- Approving

select tests.act_as('customer', 'ana');
select lives_ok($$ select api.approve_quote(tests.id('quote')) $$, 'the customer approves one quote');
select throws_ok(
    $$ select api.approve_quote(tests.id('quote')) $$, 'PT409', null, 'once'
);
select throws_ok(
    $$ select api.approve_quote(tests.id('ana escalated quote of Harbor Auto')) $$, 'PT409', null,
    'and no other beside it'
);
select results_eq(
    $$
        select workshop_name, status
        from api.customer_quotes
        where escalation_id = tests.id('escalation')
        order by 1
    $$,
    $$ values ('Harbor Auto', 'declined'), ('Northside Garage', 'approved') $$,
    'the other is declined with it'
);
select results_eq(
    $$ select status from api.customer_escalations where id = tests.id('escalation') $$,
    $$ values ('approved') $$,
    'the case is decided'
);
select tests.act_as_owner();
select tests.named('payment', id)
from app.payments
where quote_id = tests.id('quote');
select results_eq(
    $$ select purpose, amount_cents, status from app.payments where id = tests.id('payment') $$,
    $$ values ('repair', 80000::bigint, 'pending') $$,
    'a payment of the quote''s total is opened'
);
select throws_ok(
    $$ update app.repair_quotes set status = 'approved'
        where id = tests.id('ana escalated quote of Harbor Auto') $$,
    'PT409', null, 'not even the owner approves a second'
);
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.withdraw_quote(tests.id('quote')) $$, 'PT409', null,
    'an approved quote is not withdrawn'
);
select throws_ok(
    $$ select api.draft_quote(tests.id('offer'), '[{"kind": "part", "description": "More",
        "quantity": 1, "unit_cents": 9900}]') $$,
    'PT409', null, 'nor bettered'
);
select throws_ok(
    $$ select api.finish_repair(tests.id('offer')) $$, 'PT409', null,
    'nor is the repair done before it is paid'
);

-- Paid, done, confirmed

savepoint approved;
select tests.act_as('customer', 'ana');
select lives_ok(
    $$ select api.cancel_escalation(tests.id('escalation')) $$,
    'before paying, the customer may still cancel'
);
select tests.act_as_owner();
select results_eq(
    $$ select status from app.payments where id = tests.id('payment') $$, $$ values ('expired') $$,
    'and nothing is to be paid then'
);
rollback to approved;

select tests.act_as_owner();
select tests.pay(tests.id('payment'));
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.cancel_escalation(tests.id('escalation')) $$, 'PT409', null,
    'what is paid is not cancelled'
);
select throws_ok(
    $$ select api.confirm_repair(tests.id('escalation')) $$, 'PT409', null,
    'nor confirmed before it is done'
);
select tests.act_as('mechanic', 'max');
select results_eq(
    $$
        select status, referral_status, referral_cents
        from api.mechanic_escalations
        where id = tests.id('escalation')
    $$,
    $$ values ('paid', 'pending', 4000::bigint) $$,
    'the mechanic''s referral of 5 % is pending'
);
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.finish_repair(tests.id('ana escalated offer to Harbor Auto')) $$, 'PT409', null,
    'the loser does not finish the repair'
);
select throws_ok(
    $$ select api.finish_repair(tests.id('offer')) $$, 'PT404', null, 'nor by the winner''s offer'
);
select tests.act_as_owner();
update app.standings
set suspended_until = 'infinity', barred_until = 'infinity'
where workshop_id = tests.id('Northside Garage');
select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.finish_repair(tests.id('offer')) $$, 'PT403', null,
    'nor does a barred workshop'
);
select tests.act_as_owner();
update app.standings
set barred_until = '-infinity'
where workshop_id = tests.id('Northside Garage');
select tests.act_as('workshop', 'walt');
select isnt_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('offer') $$,
    'a suspended workshop keeps the paid case'
);
select lives_ok($$ select api.finish_repair(tests.id('offer')) $$, 'and finishes it');
select throws_ok($$ select api.finish_repair(tests.id('offer')) $$, 'PT409', null, 'once');
select tests.act_as('mechanic', 'max');
select results_eq(
    $$ select status, referral_status from api.mechanic_escalations
        where id = tests.id('escalation') $$,
    $$ values ('done', 'earned') $$,
    'the referral is earned'
);
select tests.act_as('customer', 'ana');
select lives_ok(
    $$ select api.confirm_repair(tests.id('escalation')) $$, 'the customer confirms'
);
select throws_ok(
    $$ select api.confirm_repair(tests.id('escalation')) $$, 'PT409', null, 'once'
);
select results_eq(
    $$
        select e.status, t.is_open
        from api.customer_escalations as e
        cross join api.customer_threads as t
        where e.id = tests.id('escalation')
            and t.offer_id = tests.id('offer')
    $$,
    $$ values ('closed', false) $$,
    'the case and its conversation are closed'
);
select tests.act_as('workshop', 'walt');
select isnt_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('offer') $$,
    'a workshop keeps its finished job'
);

select * from finish();
rollback;
