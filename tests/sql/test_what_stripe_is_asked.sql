-- What does the worker ask Stripe that it was not told, and what does an operator see of it?

begin;
select plan(38);

create function pg_temp.ask(call text) returns text[] language plpgsql as $$
declare
    answers text[];
begin
    perform tests.act_as_service('worker');
    execute format('select array_agg(to_jsonb(a)::text order by to_jsonb(a)::text) from backend.%s as a', call)
    into answers;
    perform tests.act_as_owner();
    return answers;
exception
    when sqlstate 'PT404' then
        perform tests.act_as_owner();
        return array[sqlstate];
end;
$$;
create function pg_temp.charge(payment text) returns text language sql as $$
    select f.id
    from app.money_facts as f
    where f.kind = 'charge'
        and f.payment_id = (select tests.id(payment || ' payment'));
$$;
create function pg_temp.refund(id text, type text, charge text, cents integer, said jsonb default '{}')
    returns text
    language sql
as $$
    select tests.stripe_event(
        'evt_' || refund.type || refund.id, 'refund.' || refund.type,
        jsonb_build_object(
            'id', refund.id, 'object', 'refund', 'amount', cents, 'currency', 'usd',
            'charge', refund.charge, 'status', 'pending'
        ) || said
    );
$$;

-- What an event waits for

select tests.move_clock('1 day');
select is(pg_temp.refund('re_early', 'created', 'ch_early', 5), 'waiting', 'a refund waits for its charge');
select is(
    pg_temp.refund('re_1', 'created', pg_temp.charge('ana active'), 5), 'done',
    'one of a charge that was told of does not'
);
select is(
    pg_temp.refund('re_1', 'failed', pg_temp.charge('ana active'), 5, '{"status": "failed"}'), 'waiting',
    'that it failed waits for the line that brings it back'
);
select is(
    pg_temp.ask($$ missing_object('evt_createdre_early') $$), null,
    'a charge is not asked for at once: it is nearly always told of'
);
select is(
    pg_temp.ask($$ missing_object('evt_failedre_1') $$),
    array['{"reason": "failure_balance_transaction", "stripe_id": "re_1"}'],
    'anything else is'
);
select tests.move_clock('10 minutes');
select is(
    pg_temp.ask($$ missing_object('evt_createdre_early') $$),
    array['{"reason": "charge", "stripe_id": "ch_early"}'],
    'nor later than after ten minutes'
);
select is(
    pg_temp.ask($$ missing_object('evt_createdre_1') $$), null, 'an event that is done waits for nothing'
);
select is(
    pg_temp.ask($$ lacking_events('{evt_createdre_1,evt_never}') $$), array['"evt_never"'],
    'an event that never came is told from one that did'
);

-- What Stripe answers

select is(
    pg_temp.ask(
        format(
            'learn_stripe_object(%L, %L)', 'refund.updated',
            jsonb_build_object(
                'id', 're_1', 'amount', 5, 'currency', 'usd', 'charge', pg_temp.charge('ana active'),
                'status', 'failed', 'failure_balance_transaction', 'txn_back'
            )
        )
    ),
    array['"done"'],
    'the answer is a fact like any'
);
select results_eq(
    $$
        select kind, about, amount_cents
        from app.money_facts
        where id = 'txn_back'
    $$,
    $$ values ('refund_failure', 're_1', 5::bigint) $$,
    'and written down'
);
select results_eq(
    $$ select state, reason from app.stripe_events where id = 'evt_failedre_1' $$,
    $$ values ('pending', null::text) $$,
    'what waited for it is looked at again'
);
select is(
    pg_temp.ask(
        $$
            learn_stripe_object(
                'balance_transaction.created',
                '{"id": "txn_early", "source": "ch_early", "fee": 3, "currency": "usd"}'
            )
        $$
    ),
    array['"waiting: charge"'],
    'an answer may have to wait, too'
);

-- Stripe's account against ours: a payment of today, and the fee for it

select tests.move_clock('1 day');
select tests.named('of today', p.id) from app.payments as p where p.id = tests.id('ben requested payment');
select tests.pay(tests.id('of today'));
create function pg_temp.line(id text, type text, source text, amount integer, fee integer)
    returns jsonb
    language sql
as $$
    select jsonb_build_object(
        'id', line.id, 'type', line.type, 'source', line.source, 'amount', line.amount, 'fee', line.fee,
        'currency', 'usd'
    );
$$;
create function pg_temp.reconcile(variadic lines jsonb[]) returns text[] language plpgsql as $$
declare
    told jsonb := to_jsonb(lines);
    since timestamptz := tests.instant() - interval '1 day';
    found text[];
begin
    perform tests.act_as_service('worker');
    select
        array_agg(
            concat_ws(
                ' ', regexp_replace(r.source_key, 'ch_\w{32}', 'ch'), r.stripe_id, r.stripe_cents,
                r.ledger_cents, r.currency
            )
            order by r.source_key
        )
    into found
    from backend.reconcile(told, since) as r;
    perform tests.act_as_owner();
    return found;
end;
$$;
select is(
    pg_temp.reconcile(pg_temp.line('txn_1', 'charge', pg_temp.charge('ben requested'), 2500, 0)), null,
    'a line that says what was posted is no difference; nor are the postings of days before'
);
select is(
    pg_temp.reconcile(
        pg_temp.line('txn_1', 'charge', pg_temp.charge('ben requested'), 2500, 103)
    ),
    array['fee:txn_1 txn_1 -103 0 usd'], 'a fee that was not told of is'
);
select is(
    pg_temp.ask(
        format(
            'learn_stripe_object(%L, %L)', 'balance_transaction.created',
            pg_temp.line('txn_1', 'charge', pg_temp.charge('ben requested'), 2500, 103)
        )
    ),
    array['"done"'],
    'until Stripe is asked'
);
select is(
    pg_temp.reconcile(
        pg_temp.line('txn_1', 'charge', pg_temp.charge('ben requested'), 2500, 103)
    ),
    null, 'then it is posted, too'
);
select is(
    pg_temp.reconcile(
        pg_temp.line('txn_1', 'charge', pg_temp.charge('ben requested'), 2501, 103),
        pg_temp.line('txn_0', 'charge', pg_temp.charge('ana active'), 2500, 0),
        pg_temp.line('txn_2', 'adjustment', 'elsewhere', -77, 0),
        pg_temp.line('txn_3', 'stripe_fee', 'elsewhere', 0, 9)
    ),
    array[
        'adjustment:txn_2 txn_2 -77 0 usd', 'charge:ch txn_1 2501 2500 usd',
        'fee:txn_3 txn_3 -9 0 usd'
    ],
    'each difference is told once: another amount, a line that we have not, a fee alone'
);
select is(
    pg_temp.reconcile(variadic '{}'), array['charge:ch 0 2500 usd', 'fee:txn_1 0 -103 usd'],
    'what Stripe says nothing of is one, too'
);
select is(
    (
        select sum((a::jsonb ->> 'debit_cents')::bigint) - sum((a::jsonb ->> 'credit_cents')::bigint)
        from unnest(pg_temp.ask('trial_balance()')) as a
    ),
    0::numeric,
    'every debit has its credit'
);
select matches(
    array_to_string(pg_temp.ask('trial_balance()'), ' '),
    '"stripe.fee", "currency": "usd", "debit_cents": 103, "credit_cents": 0', 'account by account'
);

-- What an operator has applied again

create function pg_temp.received(id text, said jsonb) returns text language plpgsql as $$
declare
    event jsonb := jsonb_build_object(
        'id', received.id, 'type', 'refund.created', 'created', 1763800000, 'livemode', false,
        'api_version', '2026-10-28.endive',
        'data', jsonb_build_object(
            'object', jsonb_build_object(
                'id', received.id, 'amount', 1, 'currency', 'usd',
                'charge', pg_temp.charge('ben requested'), 'status', 'pending'
            )
        )
    ) || said;
    state text;
begin
    perform tests.act_as_service('backend');
    select r.state into state
    from backend.record_stripe_event(received.id, convert_to(event::text, 'UTF8')) as r;
    perform tests.act_as_owner();
    return state;
end;
$$;
select pg_temp.received('evt_given_up', '{}');
select pg_temp.received('evt_version', '{"api_version": "2020-08-27"}');
update procrastinate.procrastinate_jobs
set status = 'failed'
where args = '{"event_id": "evt_given_up"}';
select is(pg_temp.ask('enqueue_pending_events()') <> '{}', true, 'a job fails for good');
select is(
    (select state from app.stripe_events where id = 'evt_given_up'), 'dead', 'and its event is given up'
);
create temporary table states as select id, state, reason from app.stripe_events;
select is(
    pg_temp.ask($$ replay_event('evt_given_up') $$), array['"done"'], 'until an operator has it applied'
);
select is(
    pg_temp.ask($$ replay_event('evt_version') $$), array['"quarantined"'],
    'what is in another shape stays where it is'
);
select is(pg_temp.ask($$ end_quarantine('evt_given_up') $$), array['PT404'], 'only that is ended by hand');
update app.settings set stripe_api_version = '2020-08-27';
select is(
    pg_temp.ask($$ replay_event('evt_version') $$), array['"done"'], 'until its shape is the one that we read'
);
update app.settings set stripe_api_version = '2026-10-28.endive';
update app.stripe_events set state = 'quarantined', reason = 'version', applied_at = null where id = 'evt_version';
select is(
    pg_temp.ask($$ replay_event('evt_version', true) $$), array['"done"'], 'or an operator says that it will do'
);
insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id)
values (tests.id('max'), 'mechanic', 'acct_max');
select pg_temp.received(
    'evt_of_' || account,
    jsonb_build_object(
        'type', 'account.updated', 'api_version', '2020-08-27', 'account', account,
        'data', jsonb_build_object('object', jsonb_build_object('id', account))
    )
)
from unnest(array['acct_max', 'acct_x']) as account;
select is(
    pg_temp.ask($$ replay_event('evt_of_acct_x', true) $$), array['"quarantined"'],
    'which says nothing of an account that we do not know'
);
select is(
    (select reason from app.stripe_events where id = 'evt_of_acct_x'), 'version', 'whose event is left alone'
);
select is(
    pg_temp.ask($$ replay_event('evt_of_acct_max', true) $$), array['"done"'], 'an account that we know is another matter'
);
select pg_temp.received('evt_of_nobody', '{"account": "acct_x", "type": "account.updated"}');
select is(
    pg_temp.ask($$ end_quarantine('evt_of_nobody') $$), array['PT404'], 'what is none of ours is not ended by hand'
);
delete from app.stripe_events where id in ('evt_of_acct_x', 'evt_of_nobody');
update app.stripe_events set state = 'quarantined', reason = 'version', applied_at = null where id = 'evt_version';
select is(pg_temp.ask($$ end_quarantine('evt_version') $$), array['"done"'], 'or it was asked for anew');
select is(pg_temp.ask($$ end_quarantine('evt_version') $$), array['PT404'], 'once');
select is(
    pg_temp.ask($$ replay_event('evt_createdre_1') $$), array['"done"'], 'what is done is done once'
);
select is(pg_temp.ask($$ replay_event('evt_never') $$), array['PT404'], 'what never came is not there');
select is(
    pg_temp.ask($$ replay_event('evt_createdre_early') $$), array['"waiting"'],
    'what is still not there is waited for again'
);
select results_eq(
    $$
        select e.id, e.state
        from app.stripe_events as e
        inner join states as s on e.id = s.id
        where (e.state, e.reason) is distinct from (s.state, s.reason)
        order by e.id
    $$,
    $$ values ('evt_given_up', 'done'), ('evt_version', 'done') $$,
    'no other event is touched'
);
select results_eq(
    $$
        select action, reason from app.audit_log
        where action in ('replay_event', 'end_quarantine')
        order by action, reason
    $$,
    $$
        values
            ('end_quarantine', 'evt_version'), ('replay_event', 'evt_createdre_early'),
            ('replay_event', 'evt_given_up'), ('replay_event', 'evt_of_acct_max'),
            ('replay_event', 'evt_version'), ('replay_event', 'evt_version')
    $$,
    'the log says what was tried'
);

select * from finish();
rollback;
