-- What does a refund, a dispute or a payout cost, and whom?

begin;
select plan(49);

update app.limits set most = 1000 where action in ('request_session', 'start_checkout');

-- mo's diagnostics, each of 25.00, of which 2.50 are the platform's

do $$
begin
    perform tests.invite('mo', 'mechanic');
    perform tests.act_as('mechanic', 'mo');
    perform api.set_mechanic_profile('Mo');
    perform tests.act_as_owner();
end;
$$;

create function pg_temp.done(session text) returns uuid language plpgsql as $$
begin
    perform tests.open_session('ben', session, 'brakes', 'It squeals', 'Fiat', 'Panda');
    perform tests.work_through(session, 'mo');
    perform tests.complete(session, 'mo');
    return tests.id(session || ' payment');
end;
$$;

create function pg_temp.charge(session text) returns text language sql as $$
    select id from app.money_facts
    where kind = 'charge'
        and payment_id = (select tests.id(session || ' payment'));
$$;

create function pg_temp.refund(id text, session text, cents integer, said jsonb default '{}')
    returns text
    language sql
as $$
    select tests.stripe_event(
        'evt_' || refund.id || coalesce(said ->> 'status', '') || coalesce(said ->> 'n', ''),
        'refund.' || case said ->> 'status'
            when 'failed' then 'failed'
            when 'succeeded' then 'updated'
            else 'created'
        end,
        jsonb_build_object(
            'id', refund.id, 'object', 'refund', 'amount', cents, 'currency', 'usd',
            'charge', pg_temp.charge(session), 'status', 'pending', 'metadata', '{}'::jsonb
        ) || said
    );
$$;

create function pg_temp.dispute(
    id text, type text, session text, status text, lines jsonb default '[]', created integer default 0
)
    returns text
    language plpgsql
as $$
declare
    event_id text := 'evt_' || gen_random_uuid();
    body jsonb := jsonb_build_object(
        'id', event_id, 'object', 'event', 'type', 'charge.dispute.' || dispute.type,
        'api_version', '2026-10-28.endive', 'created', 1795000000 + dispute.created,
        'livemode', false,
        'data', jsonb_build_object(
            'object',
            jsonb_build_object(
                'id', dispute.id, 'object', 'dispute', 'amount', 2500, 'currency', 'usd',
                'charge', pg_temp.charge(dispute.session), 'status', dispute.status,
                'balance_transactions', dispute.lines, 'created', 1795000000
            )
        )
    );
begin
    perform tests.act_as_service('backend');
    perform backend.record_stripe_event(event_id, convert_to(body::text, 'UTF8'));
    perform tests.act_as_service('worker');
    status := backend.apply_stripe_event(event_id);
    perform tests.act_as_owner();
    return status;
end;
$$;

create function pg_temp.line(id text, cents integer, fee integer) returns jsonb language sql as $$
    select jsonb_build_object(
        'id', line.id, 'amount', cents, 'fee', fee, 'currency', 'usd', 'type', 'adjustment'
    );
$$;

create function pg_temp.balances(session text) returns jsonb language sql as $$
    select coalesce(jsonb_object_agg(b.account, b.cents), '{}')
    from (
        select e.account, sum(e.amount_cents) as cents
        from app.ledger_entries as e
        inner join app.ledger_transactions as t on e.transaction_id = t.id
        where t.payment_id = (select tests.id(session || ' payment'))
        group by e.account
        having sum(e.amount_cents) <> 0
    ) as b;
$$;

-- Refunds

select pg_temp.done('first');
select is(pg_temp.refund('re_1', 'first', 1001), 'done', 'a part is refunded');
select is(
    pg_temp.balances('first'),
    '{"stripe.balance": 1499, "payable.mechanic": -1349, "platform.fee": -150}',
    'the platform gives back its fee of it, rounded down, and the mechanic the rest'
);
select is(
    pg_temp.refund('re_1', 'first', 1001, '{"status": "succeeded"}'), 'done', 'it succeeds'
);
select is(
    pg_temp.balances('first'),
    '{"stripe.balance": 1499, "payable.mechanic": -1349, "platform.fee": -150}',
    'which moves nothing more'
);
select pg_temp.refund('re_2', 'first', 1001);
select pg_temp.refund('re_3', 'first', 498);
select is(pg_temp.balances('first'), '{}', 'all of it in pieces leaves nothing of anything');
select tests.act_as('customer', 'ben');
select is(
    (select refunded_cents from api.customer_payments where id = tests.id('first payment')),
    2500::bigint,
    'the customer sees what they got back'
);
select tests.act_as('mechanic', 'mo');
select results_eq(
    'select state, earned_cents, owed_cents from api.mechanic_earnings',
    $$ values ('reversed', 0::bigint, 0::bigint) $$,
    'and the mechanic that it is reversed'
);
select tests.act_as_owner();
select pg_temp.refund('re_4', 'first', 100);
select is(
    pg_temp.balances('first'),
    '{"stripe.balance": -100, "loss": 100}',
    'whatever goes back beyond it is the platform''s loss'
);
select is(
    pg_temp.refund('re_odd', 'first', 2501), 'quarantined', 'more than was paid is not believed'
);
select is(
    pg_temp.refund('re_eur', 'first', 1, '{"currency": "eur"}'),
    'quarantined',
    'nor another currency'
);
select is(
    pg_temp.refund('re_new', 'first', 1, '{"charge": "ch_unknown"}'),
    'waiting',
    'a refund of a charge that was not told of waits for it'
);
select results_eq(
    $$ select reason, awaits from app.stripe_events where id = 'evt_re_new' $$,
    $$ values ('charge', 'ch_unknown') $$,
    'and says so'
);

-- A refund that fails

select pg_temp.done('failing');
select pg_temp.refund('re_5', 'failing', 1000);
select is(
    pg_temp.refund('re_5', 'failing', 1000, '{"status": "failed"}'),
    'waiting',
    'a refund that was debited and fails waits to hear what brings it back'
);
select is(
    pg_temp.refund(
        're_5', 'failing', 1000,
        '{"status": "failed", "n": 2, "failure_balance_transaction": "txn_back"}'
    ),
    'done',
    'it is told'
);
select is(
    pg_temp.balances('failing'),
    '{
        "stripe.balance": 2500, "customer.refund_owed": -1000, "payable.mechanic": -1350,
        "platform.fee": -150
    }',
    'the money is back, and owed to the customer again'
);
do $$
begin
    insert into app.refunds (payment_id, customer_id, amount_cents, reason)
    values (tests.id('failing payment'), tests.id('ben'), 500, 'A test');
    perform pg_temp.refund(
        're_6', 'failing', 500,
        jsonb_build_object(
            'metadata', jsonb_build_object('refund_id', r.id),
            'failure_balance_transaction', 'txn_back_2'
        )
    )
    from app.refunds as r
    where r.payment_id = tests.id('failing payment');
    perform pg_temp.refund(
        're_7', 'failing', 500,
        jsonb_build_object('metadata', jsonb_build_object('refund_id', r.id))
    )
    from app.refunds as r
    where r.payment_id = tests.id('failing payment');
end;
$$;
select is(
    pg_temp.balances('failing'),
    '{
        "stripe.balance": 2000, "customer.refund_owed": -1000, "payable.mechanic": -900,
        "platform.fee": -100
    }',
    'a second attempt at one request is the same debt'
);
select pg_temp.done('unmoved');
select is(
    pg_temp.refund('re_8', 'unmoved', 1000, '{"status": "failed"}'),
    'done',
    'one that failed before money moved'
);
select is(
    pg_temp.balances('unmoved'),
    '{"stripe.balance": 2500, "payable.mechanic": -2250, "platform.fee": -250}',
    'moves none'
);

-- Disputes

select is(
    pg_temp.dispute('dp_1', 'created', 'unmoved', 'needs_response'), 'done', 'a dispute opens'
);
select tests.act_as('mechanic', 'mo');
select results_eq(
    $$ select state from api.mechanic_earnings where about_id = tests.id('unmoved') $$,
    $$ values ('disputed') $$,
    'the mechanic sees that it is disputed'
);
select tests.act_as_owner();
select is(
    pg_temp.balances('unmoved'),
    '{"stripe.balance": 2500, "payable.mechanic": -2250, "platform.fee": -250}',
    'that moves nothing'
);
select pg_temp.dispute(
    'dp_1', 'funds_withdrawn', 'unmoved', 'needs_response',
    jsonb_build_array(pg_temp.line('txn_out', -2500, 1500))
);
select is(
    pg_temp.balances('unmoved'),
    '{
        "stripe.balance": -1500, "stripe.dispute_receivable": 2500, "stripe.dispute_fee": 1500,
        "payable.mechanic": -2250, "platform.fee": -250
    }',
    'what the bank takes is due from it, and its fee is gone'
);
select pg_temp.dispute('dp_1', 'closed', 'unmoved', 'lost', '[]', 10);
select is(
    pg_temp.balances('unmoved'),
    '{"stripe.balance": -1500, "stripe.dispute_fee": 1500}',
    'lost, the platform and the mechanic bear it as they shared it'
);
select pg_temp.dispute('dp_1', 'updated', 'unmoved', 'under_review', '[]', 20);
select is(
    (select status from app.disputes where id = 'dp_1'), 'lost', 'closed is closed, whatever is told'
);
select tests.move_clock('8 days');
select pg_temp.dispute(
    'dp_1', 'funds_reinstated', 'unmoved', 'lost',
    jsonb_build_array(pg_temp.line('txn_out', -2500, 1500), pg_temp.line('txn_in', 2500, -1500)),
    30
);
select is(
    pg_temp.balances('unmoved'),
    '{"stripe.balance": 2500, "payable.mechanic": -2250, "platform.fee": -250}',
    'what is reinstated although it was lost is shared again, and the fee returned'
);
select tests.act_as('mechanic', 'mo');
select results_eq(
    $$
        select e.state, s.is_held, s.held_until - e.held_until
        from api.mechanic_earnings as e
        inner join api.mechanic_statement as s
            on s.description = 'Dispute' and s.amount_cents = e.owed_cents
        where e.about_id = tests.id('unmoved')
    $$,
    $$ values ('awaiting_account', false, interval '0') $$,
    'its hold has passed, say earnings and statement both'
);
select tests.act_as_owner();
select is(
    pg_temp.dispute('dp_2', 'created', 'unmoved', 'warning_needs_response'),
    'done',
    'an inquiry opens'
);
select ok(
    (select is_disputed from app.payables where payment_id = tests.id('unmoved payment')),
    'and stops what is sent, too'
);
select pg_temp.dispute('dp_2', 'closed', 'unmoved', 'warning_closed', '[]', 10);
select ok(
    not (select is_disputed from app.payables where payment_id = tests.id('unmoved payment')),
    'until it is closed'
);
select is(
    tests.stripe_event(
        'evt_fraud', 'radar.early_fraud_warning.created',
        jsonb_build_object(
            'id', 'issfr_1', 'charge', pg_temp.charge('unmoved'), 'fraud_type', 'stolen'
        )
    ),
    'done',
    'a bank suspects a charge'
);
select ok(
    (select is_disputed from app.payables where payment_id = tests.id('unmoved payment')),
    'which stops what is sent as well'
);
select is(
    pg_temp.dispute('dp_3', 'closed', 'unmoved', 'lost', jsonb_build_array(pg_temp.line('txn_3', -2500, 0))),
    'done',
    'refunded in part and lost as a whole'
);
select pg_temp.refund('re_9', 'unmoved', 2000);
select is(
    pg_temp.balances('unmoved'),
    '{"stripe.balance": -2000, "loss": 2000}',
    'what the customer has twice is the platform''s loss'
);

-- Sent, and taken back

create function pg_temp.transfer(session text, cents integer, said jsonb default '{}')
    returns text
    language sql
as $$
    select tests.stripe_event(
        'evt_' || gen_random_uuid(),
        case when said ? 'reversals' then 'transfer.reversed' else 'transfer.created' end,
        jsonb_build_object(
            'id', 'tr_' || session, 'object', 'transfer', 'amount', cents, 'currency', 'usd',
            'destination', 'acct_mo', 'reversals', '{"data": []}'::jsonb,
            'metadata', jsonb_build_object(
                'payment_id', tests.id(session || ' payment'), 'part', 'work', 'attempt', '1'
            )
        ) || said
    );
$$;

select pg_temp.done('sent');
select is(pg_temp.transfer('sent', 2250), 'quarantined', 'a transfer that nobody asked for is not ours');
insert into app.transfers (payment_id, part, attempt, amount_cents, destination)
values (tests.id('sent payment'), 'work', 1, 2250, 'acct_mo');
insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id)
values (tests.id('mo'), 'mechanic', 'acct_mo');
select is(pg_temp.transfer('sent', 2249), 'quarantined', 'nor one of another amount');
select is(
    pg_temp.transfer('sent', 2250, '{"destination": "acct_else"}'),
    'quarantined', 'nor one to somebody else'
);
select is(pg_temp.transfer('sent', 2250), 'done', 'the one that was asked for is');
select pg_temp.refund('re_10', 'sent', 2500);
select tests.act_as('mechanic', 'mo');
select results_eq(
    $$
        select state, paid_cents, owed_cents
        from api.mechanic_earnings
        where about_id = tests.id('sent')
    $$,
    $$ values ('owed_back', 2250::bigint, -2250::bigint) $$,
    'refunded after that, the mechanic is to give it back'
);
select tests.act_as_owner();
select is(
    pg_temp.transfer(
        'sent', 2250,
        '{"reversals": {"data": [{"id": "trr_1", "amount": 1000}], "has_more": true}}'
    ),
    'waiting',
    'reversals that are not all told are waited for'
);
select is(
    pg_temp.balances('sent'),
    '{"stripe.balance": -1250, "receivable.mechanic": 1250}',
    'those that are told are posted'
);

-- A ban, and what becomes of what it withholds

do $$
begin
    perform pg_temp.done('kept');
    perform tests.act_as('platform_admin', 'ada');
    perform api.restrict(tests.id('mo'), 'banned', true, '4.4', 'Took cash.');
    perform tests.act_as_owner();
    perform pg_temp.refund('re_11', 'kept', 500);
end;
$$;
select is(
    pg_temp.balances('kept') - 'payable.mechanic' - 'withheld.mechanic',
    '{"stripe.balance": 2000, "platform.fee": -200}',
    'a refund takes from what is withheld'
);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.decide_withheld(tests.id('mo'), 'forfeited', '') $$, 'PT422', null,
    'an admin who decides on what is withheld says why'
);
select throws_ok(
    $$ select api.decide_withheld(tests.id('zoe'), 'released', 'A test') $$, 'PT404', null,
    'and only where something is'
);
select tests.act_as_owner();
select tests.move_clock(interval '30 days');
select tests.act_as('platform_admin', 'ada');
-- 18.00 of this one, and 9.00 of the one whose refund failed.
select is(
    api.decide_withheld(tests.id('mo'), 'forfeited', 'The terms say so.'),
    2700::bigint,
    'it may be forfeited, once the time to appeal is over'
);
select tests.act_as_owner();
select results_eq(
    $$
        select balance_cents from api.admin_ledger_accounts
        where name = 'withheld.mechanic' and owner_id = tests.id('mo')
    $$,
    'values (0::bigint)',
    'nothing is withheld any more'
);
select tests.act_as('mechanic', 'mo');
select results_eq(
    $$
        select state, earned_cents, paid_cents, owed_cents, forfeited_cents
        from api.mechanic_earnings
        where about_id = tests.id('kept')
    $$,
    $$ values ('forfeited', 1800::bigint, 0::bigint, 0::bigint, 1800::bigint) $$,
    'what was forfeited is not called paid'
);
select tests.act_as_owner();
select pg_temp.refund('re_12', 'kept', 500);
select is(
    (
        select forfeited_cents from app.payables
        where payment_id = tests.id('kept payment')
    ),
    1350::bigint,
    'a later refund takes from what was forfeited, not from the mechanic'
);
select pg_temp.refund('re_13', 'kept', 1500);
select tests.act_as('mechanic', 'mo');
select results_eq(
    $$ select state from api.mechanic_earnings where about_id = tests.id('kept') $$,
    $$ values ('reversed') $$,
    'once all of it went back, nothing was earned'
);
select tests.act_as_owner();

select lives_ok('set constraints all immediate', 'all of it balances');

select * from finish();
rollback;
