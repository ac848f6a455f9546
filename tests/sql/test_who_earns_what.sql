-- Who earns what, and who sees it?

begin;
select plan(43);

-- A cast of its own, so that nobody else's money is in its accounts.

select tests.riverside_cast();

-- A diagnostic

do $$
begin
    perform tests.riverside_session('first');
    perform tests.work_through('first', 'mo');
end;
$$;
select results_eq(
    $$ select * from tests.entries(tests.id('first payment')) $$,
    $$
        values
            ('Payment received', 'customer.held', -2500::bigint),
            ('Payment received', 'stripe.balance', 2500)
    $$,
    'what a customer pays is held for them'
);
do $$
begin
    perform tests.complete('first', 'mo');
end;
$$;
select results_eq(
    $$ select * from tests.entries(tests.id('first payment')) $$,
    $$
        values
            ('Diagnostic done', 'customer.held', 2500::bigint),
            ('Diagnostic done', 'payable.mechanic', -2250),
            ('Diagnostic done', 'platform.fee', -250),
            ('Payment received', 'customer.held', -2500),
            ('Payment received', 'stripe.balance', 2500)
    $$,
    'a diagnostic done earns the mechanic 22.50 and the platform 2.50'
);

select tests.act_as('mechanic', 'mo');
select lives_ok(
    'set constraints all immediate', 'that it adds up is seen when it is committed, by a mechanic too'
);
select tests.act_as_owner();
set constraints all deferred;

-- A repair

do $$
begin
    perform tests.riverside_quote('first', 120000);
    perform tests.pay(tests.id('first repair'));
    -- Somebody else's, of a case that is not done.
    perform tests.named('bystander', gen_random_uuid());
    insert into app.referrals (id, escalation_id, mechanic_id, amount_cents, currency)
    values (
        tests.id('bystander'), tests.id('ana escalated escalation'), tests.id('max'), 100, 'usd'
    );
    perform tests.riverside_repair('first');
end;
$$;
select results_eq(
    $$ select * from tests.entries(tests.id('first repair')) $$,
    $$
        values
            ('Payment received', 'customer.held', -120000::bigint),
            ('Payment received', 'stripe.balance', 120000),
            ('Referral', 'payable.mechanic', -6000),
            ('Referral', 'referral.expense', 6000),
            ('Repair done', 'customer.held', 120000),
            ('Repair done', 'payable.workshop', -108000),
            ('Repair done', 'platform.fee', -12000)
    $$,
    'a repair of 1200.00 earns the workshop 1080.00, the platform 120.00, the mechanic 60.00'
);
select results_eq(
    $$
        select r.status, r.payable_from - r.earned_at
        from app.referrals as r
        inner join app.escalations as e on r.escalation_id = e.id
        where e.session_id = tests.id('first')
    $$,
    $$ values ('earned', interval '7 days') $$,
    'the referral is earned, and payable after the hold'
);
select results_eq(
    $$ select status from app.referrals where id = tests.id('bystander') $$,
    $$ values ('pending') $$,
    'another referral waits for its own repair'
);
do $$
begin
    perform tests.move_clock('1 hour');
    perform app.record_work_done(tests.id('first repair'));
end;
$$;
select is(
    (
        select app.current_instant() - work_done_at
        from app.payments
        where id = tests.id('first repair')
    ),
    interval '1 hour',
    'it was done when it was done first'
);
select is(
    (select count(*) from tests.entries(tests.id('first repair'))),
    7::bigint,
    'done is done once'
);

-- What each of them sees of it

select tests.act_as('mechanic', 'mo');
select results_eq(
    $$
        select description, account, amount_cents, currency, held_until - posted_at, is_held
        from api.mechanic_statement
        order by amount_cents
    $$,
    $$
        values
            ('Diagnostic done', 'payable', 2250::bigint, 'usd', interval '7 days', true),
            ('Referral', 'payable', 6000, 'usd', '7 days', true)
    $$,
    'a mechanic sees what they earned, and that it is held'
);
select throws_ok(
    'select owner_id from app.ledger_entries', '42501', null,
    'a mechanic cannot go round the statement'
);
select tests.act_as('mechanic', 'zoe');
select is_empty(
    'select 1 from api.mechanic_statement', 'another mechanic sees nothing of it'
);

select tests.act_as('workshop', 'wim');
select results_eq(
    $$
        select workshop_id, description, account, amount_cents, currency, is_held
        from api.workshop_statement
    $$,
    $$
        values (
            tests.id('Riverside Motors'), 'Repair done', 'payable', 108000::bigint, 'usd', true
        )
    $$,
    'an advisor sees what the workshop earned'
);
select tests.act_as('workshop', 'lena');
select is_empty(
    'select 1 from api.workshop_statement', 'an advisor of another workshop sees nothing of it'
);

select tests.act_as('customer', 'carla');
select results_eq(
    $$
        select
            id, purpose, session_id is not null, quote_id is not null, amount_cents, currency,
            status, paid_at is not null, refund_cents, refund_requested_at is not null
        from api.customer_payments
        order by amount_cents
    $$,
    $$
        values
            (
                tests.id('first payment'), 'diagnostic', true, false, 2500::bigint, 'usd', 'paid',
                true, null::bigint, false
            ),
            (
                tests.id('first repair'), 'repair', false, true, 120000, 'usd', 'paid', true, null,
                false
            )
    $$,
    'a customer sees what they paid'
);
select results_eq(
    'select diagnostic_price_cents, currency from api.prices',
    $$ values (2500, 'usd') $$,
    'and what a diagnostic costs today'
);
select tests.act_as('customer', 'ben');
select is_empty(
    $$ select 1 from api.customer_payments where id = tests.id('first repair') $$,
    'another customer sees nothing of it'
);

select tests.act_as('platform_admin', 'ada');
select results_eq(
    $$
        select
            trial_balance_cents,
            gross_income_cents - referral_expense_cents - net_of_referral_cents
        from api.admin_books
    $$,
    $$ values (0::bigint, 0::bigint) $$,
    'an admin sees books that balance, and what is left after referrals'
);
select results_eq(
    $$
        select name, balance_cents
        from api.admin_ledger_accounts
        where owner_id in (
                tests.id('mo'),
                tests.id('Riverside Motors'),
                tests.id('first payment'),
                tests.id('first repair')
            )
            and balance_cents <> 0
        order by name
    $$,
    $$ values ('payable.mechanic', -8250::bigint), ('payable.workshop', -108000) $$,
    'every balance by its owner'
);
select results_eq(
    $$
        select t.source_key
        from api.admin_ledger_transactions as t
        inner join api.admin_ledger_entries as e on t.id = e.transaction_id
        where t.payment_id = tests.id('first repair')
            and e.account in ('platform.fee', 'referral.expense')
            and t.fee_schedule_version = 1
        order by t.source_key
    $$,
    $$
        values
            ('done:' || tests.id('first repair')),
            ('done:' || tests.id('first repair') || ':referral')
    $$,
    'each fact by its key and fee schedule'
);
select results_eq(
    $$
        select purpose, status, fee_schedule_version, work_done_at is not null
        from api.admin_payments
        where id = tests.id('first repair')
    $$,
    $$ values ('repair', 'paid', 1, true) $$,
    'and every payment'
);

-- The hold passes by the clock

select tests.act_as_owner();
create function pg_temp.expire_overdue() returns void language plpgsql as $$
begin
    perform tests.act_as_service('worker');
    perform backend.expire_overdue();
    perform tests.act_as_owner();
end;
$$;
create function pg_temp.referral() returns text language sql as $$
    select r.status
    from app.referrals as r
    inner join app.escalations as e on r.escalation_id = e.id
    where e.session_id = tests.id('first');
$$;

do $$
begin
    perform tests.move_clock('6 days 22 hours');
    perform pg_temp.expire_overdue();
end;
$$;
select is(pg_temp.referral(), 'earned', 'before seven days have passed it is only earned');
do $$
begin
    perform tests.move_clock('1 hour');
    perform tests.act_as('mechanic', 'mo');
end;
$$;
select results_eq(
    'select distinct is_held from api.mechanic_statement',
    'values (false)',
    'after seven days nothing is held any more'
);
do $$
begin
    perform tests.act_as_owner();
    perform tests.riverside_session('waiting');
    perform pg_temp.expire_overdue();
end;
$$;
select is(pg_temp.referral(), 'payable', 'and the referral is payable');
select lives_ok(
    $$ select app.post_earnings(tests.id('first repair')) $$, 'which it stays'
);
select results_eq(
    $$
        select status
        from app.payments
        where id in (tests.id('waiting payment'), tests.id('first payment'))
        order by status
    $$,
    $$ values ('paid'), ('pending') $$,
    'what may still be paid does not expire'
);
select is_empty(
    $$ select 1 from app.refunds where payment_id = tests.id('first payment') $$,
    'and what is paid and done is not owed back'
);

-- New prices bind what is opened after them

do $$
begin
    perform tests.riverside_session('before');
    perform tests.act_as('platform_admin', 'ada');
    perform api.announce_fee_schedule(999, 1250, 500, '3 days', 'A test');
    perform tests.act_as_owner();
    perform tests.riverside_session('after');
    perform tests.work_through('before', 'mo');
    perform tests.complete('before', 'mo');
    perform tests.work_through('after', 'mo');
    perform tests.complete('after', 'mo');
end;
$$;
select results_eq(
    $$
        select account, amount_cents
        from tests.entries(tests.id('before payment'))
        where description = 'Diagnostic done'
    $$,
    $$
        values ('customer.held', 2500::bigint), ('payable.mechanic', -2250), ('platform.fee', -250)
    $$,
    'what was asked for before a change is paid and shared as it was then'
);
select results_eq(
    $$
        select account, amount_cents
        from tests.entries(tests.id('after payment'))
        where description = 'Diagnostic done'
    $$,
    $$
        values ('customer.held', 999::bigint), ('payable.mechanic', -875), ('platform.fee', -124)
    $$,
    'what is asked for after it, by the new one: 12.5 % of 9.99 is 1.24, the fraction is not taken'
);
select results_eq(
    $$
        select distinct e.held_until - e.posted_at
        from app.ledger_entries as e
        inner join app.ledger_transactions as t on e.transaction_id = t.id
        where t.payment_id = tests.id('after payment')
            and e.account = 'payable.mechanic'
    $$,
    $$ values (interval '3 days') $$,
    'and held as long as it says'
);

-- Refunds owed

do $$
begin
    perform tests.riverside_session('regretted');
    perform tests.pay(tests.id('regretted payment'));
    perform tests.act_as('customer', 'carla');
    perform api.cancel_session(tests.id('regretted'));
    perform tests.act_as_owner();
    perform app.undo_payment(tests.id('regretted payment'), 'again');
    perform tests.riverside_session('forgotten');
    perform tests.act_as('customer', 'carla');
    perform api.cancel_session(tests.id('forgotten'));
    perform tests.act_as_owner();
end;
$$;
select tests.act_as('customer', 'carla');
select results_eq(
    $$
        select refund_cents, refund_requested_at is not null
        from api.customer_payments
        where id = tests.id('regretted payment')
    $$,
    'values (999::bigint, true)',
    'a cancelled session is owed back, once'
);
select results_eq(
    $$
        select status, refund_cents
        from api.customer_payments
        where id = tests.id('forgotten payment')
    $$,
    $$ values ('expired', null::bigint) $$,
    'what was never paid is not owed back'
);
select tests.act_as('platform_admin', 'ada');
select results_eq(
    $$
        select refund_cents, refund_reason
        from api.admin_payments
        where id = tests.id('regretted payment')
    $$,
    $$ values (999::bigint, 'cancelled by the customer') $$,
    'an admin sees why'
);

-- Who is dismissed, and who goes round the views

do $$
begin
    perform tests.act_as_owner();
    update app.standings set barred_until = 'infinity' where person_id = tests.id('ada');
    grant usage on schema app to customer, platform_admin;
    perform tests.act_as('platform_admin', 'ada');
end;
$$;
select is_empty('select 1 from api.' || name, 'a dismissed admin sees nothing in ' || name)
from unnest(
    array[
        'admin_books', 'admin_ledger_accounts', 'admin_ledger_entries',
        'admin_ledger_transactions', 'admin_payments', 'admin_stripe_events'
    ]
) as v (name);
select is_empty('select payment_id from app.refunds', 'nor where refunds stand');
select tests.act_as('customer', 'ben');
select is_empty(
    $$
        select payment_id
        from app.refunds
        where payment_id = tests.id('regretted payment')
    $$,
    'another customer''s refund is hidden where it stands'
);

-- Everything adds up

select tests.act_as_owner();
select is_empty(
    $$
        select id
        from app.ledger_transactions
        where id not in (select transaction_id from app.ledger_entries)
    $$,
    'every transaction moved money'
);
select is_empty(
    'select 1 from api.admin_ledger_accounts group by currency having sum(balance_cents) <> 0',
    'the trial balance is zero'
);
select lives_ok('set constraints all immediate', 'and all of it may be committed');

select * from finish();
rollback;
