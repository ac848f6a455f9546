-- Who may move a diagnostic session on, and when?

begin;
select plan(42);

-- Asking

select tests.sign_up('dan');
select tests.act_as('customer', 'dan');
select throws_ok(
    $$ select api.request_session('brakes', 'It grinds.', 2016, 'Ford', 'Focus') $$, 'PT409',
    'set a customer profile first', 'who has not said their name asks for nothing'
);
select tests.act_as('platform_admin', 'ada');
select api.announce_fee_schedule(9900, 1000, 500, '7 days', 'Next year', tests.instant() + '1 day');
select tests.act_as('customer', 'ben');
select api.request_session('brakes', 'It grinds.', 2016, 'Ford', 'Focus');
select is_empty(
    'select from api.customer_payments where amount_cents = 9900',
    'a price that is announced is not asked yet'
);

-- Taking it

select tests.act_as_owner();
select tests.invite('newt', 'mechanic');
select tests.act_as('mechanic', 'newt');
select throws_ok(
    $$ select api.accept_session(tests.id('ben queued')) $$, 'PT409',
    'set a mechanic profile first', 'a mechanic without a name takes no session'
);
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    'select api.accept_session(gen_random_uuid())', 'PT404', null, 'one that is not there is not taken'
);
select throws_ok(
    $$ select api.accept_session(tests.id('ana active')) $$, 'PT404', null,
    'nor one that another mechanic has'
);
select throws_ok(
    $$ select api.accept_session(tests.id('ben requested')) $$, 'PT404', null,
    'nor one that is not paid'
);
select tests.act_as_owner();
update app.diagnostic_sessions set accept_by = app.current_instant() + interval '1 day'
where id in (tests.id('ana active'), tests.id('ben requested'));
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.accept_session(tests.id('ana active')) $$, 'PT404', null,
    'whatever time is left'
);
select throws_ok(
    $$ select api.accept_session(tests.id('ben requested')) $$, 'PT404', null,
    'for either'
);
select tests.act_as_owner();
select tests.move_clock('2 hours 1 minute');
select tests.act_as('mechanic', 'zoe');
select is_empty('select from api.mechanic_queue', 'after two hours nobody sees it in the queue');
select throws_ok(
    $$ select api.accept_session(tests.id('ben queued')) $$, 'PT404', null, 'nor takes it'
);
select tests.act_as_owner();
select tests.move_clock('-2 hours -1 minute');
select tests.act_as('mechanic', 'zoe');
select lives_ok(
    $$ select tests.named('thread', api.accept_session(tests.id('ben queued'))) $$,
    'in time, one mechanic takes it'
);
select results_eq(
    $$ select status, concern from api.mechanic_sessions $$,
    $$ values ('active', 'Rough idle') $$, 'and reads what is wrong'
);
select is_empty('select from api.mechanic_queue', 'then it waits no more');
select tests.act_as('customer', 'ben');
select results_eq(
    $$ select status, mechanic_name from api.customer_sessions where id = tests.id('ben queued') $$,
    $$ values ('active', 'Zoe') $$, 'the customer learns who'
);

-- Handing it back

select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.hand_back_session(tests.id('ben queued')) $$, 'PT404', null,
    'nobody hands back another''s session'
);
select throws_ok(
    $$ select api.hand_back_session(tests.id('ana escalated')) $$, 'PT409',
    'the session is not active', 'nor one that is over'
);
select tests.act_as('mechanic', 'zoe');
select lives_ok(
    $$ select api.hand_back_session(tests.id('ben queued')) $$, 'their own they hand back'
);
select is_empty('select from api.mechanic_sessions', 'and see it no more');
select isnt_empty('select from api.mechanic_queue', 'it waits again');
select api.accept_session(tests.id('ben queued'));

-- Ending it

select throws_ok(
    $$ select api.complete_session(tests.id('ana active'), 'Done.', 'Pads.') $$, 'PT404', null,
    'nobody completes another''s session'
);
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.complete_session(tests.id('ana escalated'), 'Done.', 'Pads.') $$, 'PT409',
    'the session is not active', 'nor one that is over'
);
select throws_ok(
    $$ select api.complete_session(tests.id('ana active'), 'Done.', 'Pads.', '{magic}') $$,
    'PT422', 'a recommended service is not listed', 'what is recommended is a listed service'
);

-- Nobody there

select throws_ok(
    $$ select api.report_absent_customer(tests.id('ana active')) $$, 'PT409',
    'the customer is not absent yet', 'a customer who wrote just now is not absent'
);
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.report_absent_mechanic(tests.id('ana active')) $$, 'PT409',
    'the mechanic is not absent yet', 'nor is such a mechanic'
);
select tests.act_as_owner();
select tests.move_clock('16 minutes');
select tests.act_as('mechanic', 'zoe');
select throws_ok(
    $$ select api.report_absent_customer(tests.id('ana active')) $$, 'PT404', null,
    'after a quarter of an hour it is still for the session''s mechanic to say'
);
select tests.act_as('mechanic', 'max');
select throws_ok(
    $$ select api.report_absent_customer(tests.id('ana escalated')) $$, 'PT409',
    'the session is not active', 'of a session that is under way'
);
select tests.act_as('customer', 'ben');
select throws_ok(
    $$ select api.report_absent_mechanic(tests.id('ana active')) $$, 'PT404', null,
    'and for its customer'
);
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.report_absent_mechanic(tests.id('ana escalated')) $$, 'PT409',
    'the session is not active', 'of a session that is under way, too'
);
select lives_ok(
    $$ select api.report_absent_mechanic(tests.id('ana active')) $$,
    'the customer takes it from a mechanic who is not there'
);
select is(
    (select status from api.customer_sessions where id = tests.id('ana active')), 'paid',
    'and it waits for another one'
);
select tests.act_as('mechanic', 'zoe');
select lives_ok(
    $$ select api.report_absent_customer(tests.id('ben queued')) $$,
    'a mechanic ends the session of a customer who is not there'
);
select tests.act_as('customer', 'ben');
select is(
    (select status from api.customer_sessions where id = tests.id('ben queued')), 'cancelled',
    'which cancels it'
);

-- Calling it off

select throws_ok(
    $$ select api.cancel_session(tests.id('ana active')) $$, 'PT404', null,
    'nobody cancels another''s session'
);
select throws_ok(
    $$ select api.cancel_session(tests.id('ben with bart')) $$, 'PT409',
    'the session can no longer be cancelled', 'nor one that is over'
);
select lives_ok(
    $$ select api.cancel_session(tests.id('ben requested')) $$, 'one that has not begun they do'
);

-- The list of arrows has the last word

select tests.act_as_owner();
select throws_ok(
    $$ update app.diagnostic_sessions set status = 'paid' where id = tests.id('ana escalated') $$,
    'PT409', null, 'no function moves a session where the list does not lead'
);
select throws_ok(
    $$ update app.diagnostic_sessions set status = 'expired' where id = tests.id('ana escalated') $$,
    'PT409', null, 'from where it stands'
);
select throws_ok(
    $$ update app.escalations set status = 'offered' where id = tests.id('cleo repaired escalation') $$,
    'PT409', null, 'nor an escalation'
);
select throws_ok(
    $$
        update app.offers set status = 'open', visible_until = 'infinity'
        where id = tests.id('cleo repaired offer to Harbor Auto')
    $$,
    'PT409', null, 'nor an offer'
);
select throws_ok(
    $$
        update app.payments set status = 'pending', paid_at = null
        where id = tests.id('cleo repaired payment')
    $$,
    'PT409', null, 'nor a payment'
);
select throws_ok(
    $$ update app.referrals set status = 'pending', earned_at = null, payable_from = null $$,
    'PT409', null, 'nor a referral'
);
select throws_ok(
    $$ update app.diagnostic_sessions set status = 'done' where id = tests.id('ana active') $$,
    'PT409', null, 'where another thing may go is no way for a session'
);

select * from finish();
rollback;
