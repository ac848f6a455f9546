-- What does an event of Stripe's do, and what does it not?

begin;
select plan(33);

update app.limits set most = 1000 where action in ('request_session', 'start_checkout');

create function pg_temp.open_session(session text) returns uuid language sql as $$
    select tests.open_session('ben', session, 'brakes', 'It squeals', 'Fiat', 'Panda');
    select tests.id(session || ' payment');
$$;

-- An object of Stripe's about a payment: what Stripe says, unless told otherwise.
create function pg_temp.about(payment_id uuid, object_id text, said jsonb default '{}')
    returns jsonb
    language sql
as $$
    select
        jsonb_build_object(
            'id', about.object_id,
            case left(about.object_id, 2)
                when 'cs' then 'amount_total'
                when 'pi' then 'amount_received'
                else 'amount'
            end,
            p.amount_cents,
            'currency', p.currency,
            'metadata', jsonb_build_object('payment_id', p.id)
        ) || about.said
    from app.payments as p
    where p.id = about.payment_id;
$$;

create function pg_temp.status(payment_id uuid) returns text language sql as $$
    select p.status from app.payments as p where p.id = status.payment_id;
$$;

create function pg_temp.balances() returns jsonb language sql as $$
    select jsonb_object_agg(account, cents)
    from (
        select account, sum(amount_cents) as cents from app.ledger_entries group by account
    ) as b
    where cents <> 0;
$$;

-- The four facts of a repair of 1200.00, in every order, each told twice

do $$
begin
    perform pg_temp.open_session('repaired');
    perform tests.work_through('repaired', 'zoe');
    perform tests.complete('repaired', 'zoe');
    perform tests.escalate('repaired', 'zoe', array['Lakeview Repairs']);
    perform tests.act_as('workshop', 'lena');
    perform api.accept_offer(tests.id('repaired offer to Lakeview Repairs'));
    perform tests.act_as_owner();
    perform tests.quote('repaired', 'Lakeview Repairs', 'lena', 70000, 50000);
    perform tests.act_as('customer', 'ben');
    perform api.approve_quote(tests.id('repaired quote of Lakeview Repairs'));
    perform tests.act_as_owner();
    perform tests.named('repair', p.id)
    from app.payments as p
    where p.quote_id = (select tests.id('repaired quote of Lakeview Repairs'));
end;
$$;

create function pg_temp.tell_fact(payment_id uuid, fact text) returns void language plpgsql as $$
begin
    case fact
        when 'completed' then
            perform tests.stripe_event(
                'evt_completed', 'checkout.session.completed',
                pg_temp.about(payment_id, 'cs_1', '{"payment_status": "paid"}')
            );
        when 'intent' then
            perform tests.stripe_event(
                'evt_intent', 'payment_intent.succeeded', pg_temp.about(payment_id, 'pi_1')
            );
        when 'charge' then
            perform tests.stripe_event(
                'evt_charge', 'charge.succeeded',
                pg_temp.about(payment_id, 'ch_1', '{"balance_transaction": null}')
            );
        when 'fee' then
            perform tests.stripe_event(
                'evt_fee', 'charge.updated',
                pg_temp.about(
                    payment_id,
                    'ch_1',
                    '{"balance_transaction": {"id": "txn_1", "fee": 3510, "currency": "usd"}}'
                )
            );
        when 'done' then
            perform app.record_work_done(payment_id);
    end case;
end;
$$;

-- The balances that each order of the facts ends in; nothing of it stays.
create function pg_temp.every_order(payment_id uuid, facts text[])
    returns table (facts_in_order text[], ends_in jsonb)
    language plpgsql
as $$
declare
    before jsonb := pg_temp.balances();
    fact text;
begin
    for facts_in_order in
        with recursive orders (told) as (
            select array[]::text[]
            union all
            select told || f
            from orders
            cross join unnest(facts) as f
            where f <> all(told)
        )
        select told from orders where cardinality(told) = cardinality(facts)
    loop
        begin
            foreach fact in array facts_in_order || facts_in_order loop
                perform pg_temp.tell_fact(payment_id, fact);
            end loop;
            set constraints all immediate;
            ends_in := (
                select jsonb_object_agg(key, (a.value::bigint - coalesce(b.value::bigint, 0)))
                from jsonb_each_text(pg_temp.balances()) as a
                left join jsonb_each_text(before) as b using (key)
                where a.value::bigint <> coalesce(b.value::bigint, 0)
            ) || jsonb_build_object('status', pg_temp.status(payment_id));
            raise exception using errcode = 'TS000';
        exception
            when sqlstate 'TS000' then
                null;
        end;
        return next;
    end loop;
end;
$$;

select is(
    (select count(*) from pg_temp.every_order(tests.id('repair'), '{completed,charge,fee,done}')),
    24::bigint,
    'four facts come in 24 orders'
);
-- attack 88
select results_eq(
    $$
        select distinct ends_in
        from pg_temp.every_order(tests.id('repair'), '{completed,charge,fee,done}')
    $$,
    $$
        values (
            jsonb_build_object(
                'stripe.balance', 116490,
                'stripe.fee', 3510,
                'platform.fee', -12000,
                'payable.workshop', -108000,
                'referral.expense', 6000,
                'payable.mechanic', -6000,
                'status', 'paid'
            )
        )
    $$,
    'all of them end in the same balances, told twice as told once'
);
select results_eq(
    $$
        select distinct ends_in
        from pg_temp.every_order(tests.id('repair'), '{completed,intent,charge,fee}')
    $$,
    $$
        values (
            jsonb_build_object(
                'stripe.balance', 116490,
                'stripe.fee', 3510,
                'customer.held', -120000,
                'status', 'paid'
            )
        )
    $$,
    'paid and not done, it is held'
);

-- What does not fit our payment changes nothing

select tests.named('odd', pg_temp.open_session('odd session'));
create function pg_temp.outcome(what text, said jsonb) returns text language plpgsql as $$
begin
    perform tests.stripe_event(
        'evt_' || what, 'charge.succeeded', pg_temp.about(tests.id('odd'), 'ch_odd', said)
    );
    return (select state || ': ' || reason from app.stripe_events where id = 'evt_' || what);
end;
$$;
select is(pg_temp.outcome(what, said), 'quarantined: ' || reason, what || ' is quarantined')
from (
    values
        ('a cent more', '{"amount": 2501}'::jsonb, 'amount'),
        ('no amount', '{"amount": null}', 'amount'),
        ('other currency', '{"currency": "eur"}', 'currency'),
        ('no payment', '{"metadata": {}}', 'payment'),
        ('odd payment', '{"metadata": {"payment_id": "1 or 1"}}', 'payment'),
        (
            'unknown payment',
            '{"metadata": {"payment_id": "00000000-0000-4000-8000-000000000000"}}',
            'payment'
        )
) as odd (what, said, reason);
select is(pg_temp.status(tests.id('odd')), 'pending', 'the payment is as it was');
select is_empty(
    $$ select 1 from app.ledger_transactions where payment_id = tests.id('odd') $$,
    'and nothing is posted'
);

-- Stripe's fee

select is(
    tests.stripe_event(
        'evt_txn',
        'charge.updated',
        pg_temp.about(tests.id('odd'), 'ch_odd', '{"balance_transaction": "txn_odd"}')
    ),
    'waiting',
    'a fee that is not said is waited for'
);
select results_eq(
    $$ select reason, awaits from app.stripe_events where id = 'evt_txn' $$,
    $$ values ('charge', 'ch_odd') $$,
    'by way of its charge, of which nobody has told'
);
select is(
    tests.stripe_event(
        'evt_txn_known',
        'charge.updated',
        (
            select pg_temp.about(f.payment_id, f.id, '{"balance_transaction": "txn_known"}')
                || jsonb_build_object('amount', f.amount_cents)
            from app.money_facts as f
            where f.kind = 'charge'
            order by f.id
            limit 1
        )
    ),
    'waiting',
    'and so is one of a charge that is here'
);
select results_eq(
    $$ select reason, awaits from app.stripe_events where id = 'evt_txn_known' $$,
    $$ values ('balance_transaction', 'txn_known') $$,
    'by its own name'
);
select is(
    tests.stripe_event(
        'evt_txn_eur',
        'charge.updated',
        pg_temp.about(
            tests.id('odd'),
            'ch_odd',
            '{"balance_transaction": {"id": "txn_eur", "fee": 103, "currency": "eur"}}'
        )
    ),
    'quarantined',
    'a fee in another currency is not guessed at'
);
select is(
    tests.stripe_event(
        'evt_metadata',
        'charge.updated',
        pg_temp.about(tests.id('odd'), 'ch_odd', '{"balance_transaction": null}')
    ),
    'done',
    'a change of nothing that we keep is done with'
);

-- Paid later, or not at all

do $$
begin
    -- A bystander, whose second attempt is under way: nothing below is about it.
    perform tests.named('bystander', pg_temp.open_session('bystander session'));
    insert into app.checkout_attempts (payment_id, attempt, status)
    values (tests.id('bystander'), 1, 'closed'), (tests.id('bystander'), 2, 'creating');
end;
$$;
do $$
begin
    perform tests.named('slow', pg_temp.open_session('slow session'));
    perform tests.stripe_event(
        'evt_slow', 'checkout.session.completed',
        pg_temp.about(tests.id('slow'), 'cs_slow', '{"payment_status": "unpaid"}')
    );
end;
$$;
select is(pg_temp.status(tests.id('slow')), 'processing', 'a bank transfer is under way');
do $$
begin
    perform tests.stripe_event(
        'evt_slow_failed', 'checkout.session.async_payment_failed',
        pg_temp.about(tests.id('slow'), 'cs_slow')
    );
end;
$$;
select is(pg_temp.status(tests.id('slow')), 'failed', 'it may fail');
select results_eq(
    $$
        select attempt, status, stripe_session_id
        from app.checkout_attempts
        where payment_id = tests.id('slow')
    $$,
    $$ values (1, 'closed', 'cs_slow') $$,
    'a page of which only Stripe told is written down'
);
do $$
begin
    perform tests.stripe_event(
        'evt_slow_again', 'checkout.session.completed',
        pg_temp.about(tests.id('slow'), 'cs_slow', '{"payment_status": "unpaid"}')
    );
end;
$$;
select is(
    pg_temp.status(tests.id('slow')), 'failed', 'that it was under way is no news after that'
);
do $$
begin
    perform tests.act_as_service('backend');
    perform backend.begin_checkout(tests.id('ben'), tests.id('slow'));
    perform tests.act_as_owner();
    perform tests.stripe_event(
        'evt_slow_late', 'checkout.session.completed',
        pg_temp.about(tests.id('slow'), 'cs_slow', '{"payment_status": "unpaid"}')
    );
end;
$$;
select is(pg_temp.status(tests.id('slow')), 'pending', 'nor after the next attempt has begun');
do $$
begin
    perform tests.stripe_event(
        'evt_slow_paid', 'checkout.session.async_payment_succeeded',
        pg_temp.about(tests.id('slow'), 'cs_slow_2')
    );
end;
$$;
select results_eq(
    $$
        select pg_temp.status(tests.id('slow')), s.status
        from app.diagnostic_sessions as s
        where s.id = tests.id('slow session')
    $$,
    $$ values ('paid', 'paid') $$,
    'it may succeed, and the session waits for a mechanic'
);
do $$
begin
    perform tests.stripe_event(
        'evt_slow_failed_late', 'checkout.session.async_payment_failed',
        pg_temp.about(tests.id('slow'), 'cs_slow_2')
    );
end;
$$;
select is(pg_temp.status(tests.id('slow')), 'paid', 'paid it stays');
select results_eq(
    $$
        select attempt, status, stripe_session_id
        from app.checkout_attempts
        where payment_id = tests.id('slow')
        order by attempt
    $$,
    $$ values (1, 'closed', 'cs_slow'), (2, 'closed', 'cs_slow_2') $$,
    'and its pages are closed'
);
select is(
    tests.stripe_event(
        'evt_slow_odd', 'checkout.session.completed',
        pg_temp.about(tests.id('slow'), 'cs_slow_3', '{"payment_status": "unpaid"}')
    ),
    'done',
    'whatever else is said of it'
);

do $$
begin
    perform tests.named('noted', pg_temp.open_session('noted session'));
    insert into app.checkout_attempts (payment_id, attempt, status, stripe_session_id)
    values (tests.id('noted'), 1, 'open', 'cs_noted');
    perform tests.stripe_event(
        'evt_noted', 'checkout.session.completed',
        pg_temp.about(tests.id('noted'), 'cs_noted', '{"payment_status": "unpaid"}')
    );
end;
$$;
select is(
    pg_temp.status(tests.id('noted')), 'processing', 'so is one whose page was noted before'
);

do $$
begin
    perform tests.named('left', pg_temp.open_session('left session'));
    perform tests.act_as_service('backend');
    perform backend.begin_checkout(tests.id('ben'), tests.id('left'));
    perform tests.act_as_owner();
    perform tests.stripe_event(
        'evt_left', 'checkout.session.expired', pg_temp.about(tests.id('left'), 'cs_left')
    );
end;
$$;
select results_eq(
    $$
        select pg_temp.status(tests.id('left')), status, stripe_session_id
        from app.checkout_attempts
        where payment_id = tests.id('left')
    $$,
    $$ values ('pending', 'closed', 'cs_left') $$,
    'a page that expired is closed, and the payment may be tried again'
);

-- Paid too late, or twice

do $$
begin
    perform tests.named('late', pg_temp.open_session('late session'));
    perform tests.act_as('customer', 'ben');
    perform api.cancel_session(tests.id('late session'));
    perform tests.act_as_owner();
    perform tests.pay(tests.id('late'));
end;
$$;
select results_eq(
    $$
        select pg_temp.status(tests.id('late')), r.amount_cents, r.customer_id, s.status
        from app.refunds as r
        cross join app.diagnostic_sessions as s
        where r.payment_id = tests.id('late')
            and s.id = tests.id('late session')
    $$,
    $$ values ('paid', 2500::bigint, tests.id('ben'), 'cancelled') $$,
    'a payment of a cancelled session is owed back'
);
do $$
begin
    perform tests.named('overdue', pg_temp.open_session('overdue session'));
    perform tests.move_clock('24 hours');
    perform tests.pay(tests.id('overdue'));
end;
$$;
select results_eq(
    $$
        select pg_temp.status(tests.id('overdue')), r.amount_cents, s.status
        from app.refunds as r
        cross join app.diagnostic_sessions as s
        where r.payment_id = tests.id('overdue')
            and s.id = tests.id('overdue session')
    $$,
    $$ values ('paid', 2500::bigint, 'requested') $$,
    'so is one that came after the deadline, whether or not a job has noticed it'
);
do $$
begin
    perform tests.stripe_event(
        'evt_twice', 'charge.succeeded', pg_temp.about(tests.id('slow'), 'ch_twice_1')
    );
    perform tests.stripe_event(
        'evt_twice_2', 'charge.succeeded', pg_temp.about(tests.id('slow'), 'ch_twice_2')
    );
    perform tests.stripe_event(
        'evt_twice_3', 'charge.succeeded', pg_temp.about(tests.id('slow'), 'ch_twice_2')
    );
end;
$$;
select results_eq(
    $$
        select name, balance_cents
        from api.admin_ledger_accounts
        where owner_id = tests.id('slow')
        order by name
    $$,
    $$ values ('customer.held', -2500::bigint), ('customer.refund_owed', -2500) $$,
    'a second charge is owed back; the same charge in another event is the same fact'
);

do $$
begin
    perform tests.act_as('customer', 'ben');
    perform api.cancel_escalation(tests.id('repaired escalation'));
    perform tests.act_as_owner();
    perform tests.pay(tests.id('repair'));
end;
$$;
select results_eq(
    $$
        select pg_temp.status(tests.id('repair')), r.amount_cents, e.status
        from app.refunds as r
        cross join app.escalations as e
        where r.payment_id = tests.id('repair')
            and e.id = tests.id('repaired escalation')
    $$,
    $$ values ('paid', 120000::bigint, 'cancelled') $$,
    'a repair that was cancelled before the money came is owed back'
);
select results_eq(
    $$
        select pg_temp.status(tests.id('bystander')), attempt, status, stripe_session_id
        from app.checkout_attempts
        where payment_id = tests.id('bystander')
        order by attempt
    $$,
    $$ values ('pending', 1, 'closed', null), ('pending', 2, 'creating', null) $$,
    'other payments are as they were'
);

select * from finish();
rollback;
