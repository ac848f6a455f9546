-- Which pages and accounts at Stripe are given up, and which differences with it are told?

begin;
select plan(22);

create function pg_temp.ask(role text, call text) returns text[] language plpgsql as $$
declare
    answers text[];
begin
    perform tests.act_as_service(role);
    execute format('select array_agg(to_jsonb(a)::text order by to_jsonb(a)::text) from backend.%s as a', call)
    into answers;
    perform tests.act_as_owner();
    return answers;
end;
$$;

-- A page that is not to be paid any more

delete from app.checkout_attempts;
insert into app.checkout_attempts (payment_id, attempt, status, stripe_session_id)
values
    (tests.id('ben requested payment'), 1, 'leaving', 'cs_1'),
    (tests.id('ben requested payment'), 2, 'closed', 'cs_2'),
    (tests.id('ben requested payment'), 3, 'creating', null),
    (tests.id('ana active payment'), 1, 'leaving', 'cs_9'),
    (tests.id('ana active payment'), 2, 'closed', null),
    (tests.id('ana active payment'), 3, 'open', 'cs_8');
create function pg_temp.attempts() returns text[] language sql as $$
    select array_agg(concat_ws(' ', split_part(n.name, ' ', 1), a.attempt, a.status) order by n.name, a.attempt)
    from app.checkout_attempts as a
    inner join tests.names as n on a.payment_id = n.id;
$$;
create function pg_temp.page(payment text, attempt integer) returns text[] language sql as $$
    select array_agg(a::jsonb ->> 'stripe_session_id')
    from unnest(
        pg_temp.ask('worker', format('begin_expiry(%L, %s)', tests.id(payment || ' payment'), attempt))
    ) as a;
$$;
select is(pg_temp.page('ben requested', 1), array['cs_1'], 'the worker is told which page to close');
select is(pg_temp.page('ben requested', 2), null, 'once');
select is(pg_temp.page('ben requested', 3), null, 'and not one that may be paid');
select pg_temp.ask('worker', format('end_expiry(%L, %s)', tests.id('ben requested payment'), n))
from generate_series(1, 3) as n;
select is(
    pg_temp.attempts(),
    array['ana 1 leaving', 'ana 2 closed', 'ana 3 open', 'ben 1 closed', 'ben 2 closed', 'ben 3 creating'],
    'it is closed, and no other'
);
select pg_temp.ask('backend', format('fail_checkout(%L, %s)', tests.id('ana active payment'), 3));
select pg_temp.ask('backend', format('fail_checkout(%L, %s)', tests.id('ben requested payment'), 3));
select is(
    pg_temp.attempts(),
    array['ana 1 leaving', 'ana 2 closed', 'ana 3 open', 'ben 1 closed', 'ben 2 closed', 'ben 3 closed'],
    'an attempt comes to nothing unless its page is known'
);
create function pg_temp.record(payment text, attempt integer, page text) returns bigint language plpgsql as $$
begin
    perform pg_temp.ask(
        'backend',
        format(
            'record_checkout(%L, %s, %L, %L, now())', tests.id(payment || ' payment'), attempt, page,
            'https://example.test'
        )
    );
    return (
        select count(*) from procrastinate.procrastinate_jobs
        where task_name = 'expire_checkout'
            and args = jsonb_build_object(
                'payment_id', tests.id(record.payment || ' payment'), 'attempt', record.attempt
            )
    );
end;
$$;
select is(
    pg_temp.record('ana active', 2, 'cs_late'), 1::bigint,
    'a page that opens after it was given up is closed at Stripe'
);
select is(pg_temp.record('ana active', 3, 'cs_8'), 0::bigint, 'one that may be paid is not');
select is(pg_temp.record('ben requested', 2, 'cs_2'), 0::bigint, 'nor one that is closed already');
select is(
    pg_temp.attempts(),
    array['ana 1 leaving', 'ana 2 leaving', 'ana 3 open', 'ben 1 closed', 'ben 2 closed', 'ben 3 closed'],
    'and each is what it was'
);

insert into app.checkout_attempts (payment_id, attempt, status, stripe_session_id, expires_at)
values (tests.id('ben requested payment'), 4, 'leaving', 'cs_4', tests.instant());
select pg_temp.ask(
    'backend', format('begin_checkout(%L, %L)', tests.id('ben'), tests.id('ben requested payment'))
);
select is(
    (pg_temp.attempts())[7:], array['ben 4 leaving', 'ben 5 creating'],
    'whoever begins anew leaves it to the worker to close the page before'
);

-- An account

insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id, disconnected_at)
values
    (tests.id('max'), 'mechanic', 'acct_max', null),
    (tests.id('zoe'), 'mechanic', null, null),
    (tests.id('sid'), 'mechanic', 'acct_sid', tests.instant());
create function pg_temp.accounts() returns text[] language sql as $$
    select array_agg(
        concat_ws(' ', n.name, a.stripe_account_id, a.attempt, a.disconnected_at is not null) order by n.name
    )
    from app.connected_accounts as a
    inner join tests.names as n on a.owner_id = n.id;
$$;
select is(
    pg_temp.ask('worker', 'connected_account_ids()'), array['"acct_max"'],
    'events are looked for at accounts that are connected'
);
select pg_temp.ask('backend', format('fail_payout_account(%L, %s)', tests.id(o.name), o.attempt))
from (values ('max', 1), ('zoe', 1), ('zoe', 1), ('sid', 1), ('sid', 9)) as o (name, attempt);
select is(
    pg_temp.accounts(), array['max acct_max 1 f', 'sid acct_sid 2 t', 'zoe 2 f'],
    'one that was not opened is asked for under another key, once'
);
select pg_temp.ask('backend', format('record_payout_account(%L, %L)', tests.id('sid'), 'acct_sid'));
select is(
    pg_temp.accounts(), array['max acct_max 1 f', 'sid acct_sid 2 t', 'zoe 2 f'],
    'one that was taken away does not come back'
);
select pg_temp.ask('backend', format('record_payout_account(%L, %L)', tests.id('sid'), 'acct_new'));
select is(
    pg_temp.accounts(), array['max acct_max 1 f', 'sid acct_new 2 f', 'zoe 2 f'], 'but another may'
);

-- Where Stripe and the ledger differ

create function pg_temp.differ(differences jsonb) returns text language plpgsql as $$
declare
    told bigint := (select count(*) from app.notices where kind = 'ledger_differs');
begin
    perform pg_temp.ask('worker', format('keep_differences(%L)', differences));
    return concat_ws(
        ', ',
        case when (select count(*) from app.notices where kind = 'ledger_differs') > told then 'told' end,
        (
            select string_agg(
                concat_ws(' ', d.source_key, d.stripe_id, d.stripe_cents, d.currency), ', '
                order by d.source_key, d.stripe_id, d.currency
            )
            from app.ledger_differences as d
        )
    );
end;
$$;
create function pg_temp.difference(key text, id text, cents integer, currency text default 'usd')
    returns jsonb
    language sql
as $$
    select jsonb_build_object(
        'source_key', key, 'stripe_id', id, 'stripe_cents', cents, 'ledger_cents', 0, 'currency', currency
    );
$$;
select is(
    pg_temp.differ(jsonb_build_array(pg_temp.difference('a', 'x', 1), pg_temp.difference('a', null, 2))),
    'told, a x 1 usd, a 2 usd', 'what differs is kept, and the admins are told'
);
select is(
    pg_temp.differ(jsonb_build_array(pg_temp.difference('a', 'x', 3), pg_temp.difference('a', null, 2))),
    'a x 3 usd, a 2 usd', 'once, by how much it may be'
);
select is(
    pg_temp.differ(
        jsonb_build_array(
            pg_temp.difference('a', 'x', 3), pg_temp.difference('a', 'x', 4, 'eur'),
            pg_temp.difference('b', 'x', 5)
        )
    ),
    'told, a x 4 eur, a x 3 usd, b x 5 usd', 'what is new is told, what is settled is forgotten'
);
select is(
    pg_temp.differ(jsonb_build_array(pg_temp.difference('a', 'x', 4, 'eur'))), 'a x 4 eur', 'each by itself'
);
select is(pg_temp.differ('[]'), '', 'until nothing differs');

-- An answer that is about none of ours

insert into app.stripe_events (id, type, raw, state, reason, awaits)
select 'evt_' || w.awaits, 'refund.created', '{}', 'waiting', 'charge', w.awaits
from unnest(array['ch_alien', 'pi_alien', 'ch_else', 're_alien']) as w (awaits);
select is(
    pg_temp.ask(
        'worker',
        $$
            learn_stripe_object(
                'charge.succeeded', '{"id": "ch_alien", "payment_intent": "pi_alien", "amount": 5, "currency": "usd"}'
            )
        $$
    ),
    array['"quarantined: payment"'], 'a charge of no payment of ours is not believed'
);
select results_eq(
    $$ select id, state from app.stripe_events where raw = '{}' order by id $$,
    $$
        values
            ('evt_ch_alien', 'quarantined'), ('evt_ch_else', 'waiting'), ('evt_pi_alien', 'quarantined'),
            ('evt_re_alien', 'waiting')
    $$,
    'nor is what waited for it, and for its payment intent'
);
select pg_temp.ask(
    'worker',
    format(
        'learn_stripe_object(%L, %L)', 'refund.updated',
        jsonb_build_object(
            'id', 're_alien', 'payment_intent', 'ch_else', 'amount', 0, 'currency', 'usd', 'charge', (
                select f.id from app.money_facts as f where f.kind = 'charge' limit 1
            )
        )
    )
);
select results_eq(
    $$ select id from app.stripe_events where raw = '{}' and state = 'waiting' $$,
    $$ values ('evt_ch_else') $$, 'only a charge speaks for its payment intent'
);

select * from finish();
rollback;
