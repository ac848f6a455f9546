-- What does the ledger refuse?

begin;
select plan(51);

-- Posting

select ok(
    app.post_transaction(
        'test:1', 'A test', null, 1,
        jsonb_build_array(
            jsonb_build_object('account', 'bank', 'amount_cents', 700),
            jsonb_build_object('account', 'stripe.balance', 'amount_cents', -700)
        ),
        'usd'
    ),
    'a balanced transaction is posted'
);
select lives_ok('set constraints all immediate', 'and may be committed');
set constraints all deferred;

select ok(
    not app.post_transaction(
        'test:1', 'The same again', null, 1,
        jsonb_build_array(
            jsonb_build_object('account', 'bank', 'amount_cents', 900),
            jsonb_build_object('account', 'stripe.balance', 'amount_cents', -900)
        ),
        'usd'
    ),
    'a source key is posted once: posting it again says so'
);
select results_eq(
    $$
        select e.account, e.amount_cents
        from app.ledger_entries as e
        inner join app.ledger_transactions as t on e.transaction_id = t.id
        where t.source_key = 'test:1'
        order by e.account
    $$,
    $$ values ('bank', 700::bigint), ('stripe.balance', -700) $$,
    'and changes nothing'
);

select ok(
    app.post_transaction(
        'test:eur', 'A test', null, 1,
        jsonb_build_array(
            jsonb_build_object('account', 'bank', 'amount_cents', 5),
            jsonb_build_object('account', 'stripe.balance', 'amount_cents', -5)
        ),
        'eur'
    ),
    'every currency has accounts of its own'
);
select results_eq(
    $$ select currency, balance_cents from api.admin_ledger_accounts where name = 'bank' order by 1 $$,
    $$ values ('eur', 5::bigint), ('usd', 700) $$,
    'which keep their own balance'
);
select ok(
    not app.post_transaction(
        'test:nothing', 'A test', null, 1, '[{"account": "bank", "amount_cents": 0}]', 'usd'
    ),
    'what moves nothing is not posted'
);

-- What does not balance

select throws_ok(
    $$
        do $do$
        begin
            perform app.post_transaction(
                'test:2', 'A test', null, 1,
                jsonb_build_array(
                    jsonb_build_object('account', 'bank', 'amount_cents', 700),
                    jsonb_build_object('account', 'stripe.balance', 'amount_cents', -699)
                ),
                'usd'
            );
            set constraints all immediate;
        end;
        $do$
    $$,
    '23514', null, 'a transaction that is a cent short is not committed'
);
select throws_ok(
    $$
        do $do$
        declare
            transaction_id uuid;
        begin
            insert into app.ledger_transactions (source_key, description)
            values ('test:3', 'A test')
            returning id into transaction_id;
            insert into app.ledger_entries (
                transaction_id, account_id, account, description, amount_cents, currency
            )
            select
                transaction_id,
                a.id,
                a.name,
                'A test',
                case a.currency when 'usd' then 100 else -100 end,
                a.currency
            from app.ledger_accounts as a
            where a.name = 'bank';
            set constraints all immediate;
        end;
        $do$
    $$,
    '23514', null, 'dollars do not balance euros'
);

select throws_ok(
    format(
        $$
            insert into app.ledger_entries (
                transaction_id, account_id, account, owner_id, description, amount_cents, currency
            )
            select t.id, a.id, %s, %s, 'A test', 1, %s
            from app.ledger_transactions as t
            cross join app.ledger_accounts as a
            where t.source_key = 'test:1'
                and a.name = 'stripe.fee'
                and a.currency = 'usd'
        $$,
        quote_literal(account),
        quote_nullable(owner_id),
        quote_literal(currency)
    ),
    '23514',
    null,
    'an entry does not misstate its account''s ' || what
)
from (
    values
        ('bank', null, 'usd', 'name'),
        ('stripe.fee', tests.id('max')::text, 'usd', 'owner'),
        ('stripe.fee', null, 'eur', 'currency')
) as misstated (account, owner_id, currency, what)
cross join lateral (
    select
    from app.post_transaction(
        'test:fee', 'A test', null, 1,
        jsonb_build_array(
            jsonb_build_object('account', 'stripe.fee', 'amount_cents', 1),
            jsonb_build_object('account', 'stripe.balance', 'amount_cents', -1)
        ),
        'usd'
    )
) as opened;

select throws_ok(
    format(
        $$
            select app.post_transaction(
                'test:owed', 'A test', null, 1,
                jsonb_build_array(
                    jsonb_build_object(
                        'account', %L, 'owner_id', tests.id('zoe'), 'amount_cents', %s
                    ),
                    jsonb_build_object('account', 'bank', 'amount_cents', -(%s))
                ),
                'usd'
            )
        $$,
        account, amount, amount
    ),
    '23514',
    null,
    account || ' has a side that it never goes to'
)
from (
    values
        ('customer.held', 1),
        ('payable.mechanic', 1),
        ('payable.workshop', 1),
        ('withheld.mechanic', 1),
        ('withheld.workshop', 1),
        ('receivable.mechanic', -1),
        ('receivable.workshop', -1)
) as owed (account, amount);

select throws_ok(
    $$
        select app.post_transaction(
            'test:chart', 'A test', null, 1,
            '[{"account": "slush.fund", "amount_cents": 1}]', 'usd'
        )
    $$,
    '23514', null, 'no account outside the chart is opened'
);

select throws_ok(
    format(
        $$
            insert into app.ledger_entries (
                transaction_id, account_id, account, owner_id, description, amount_cents, currency
            )
            select t.id, a.id, %s, %s, 'A test', -1, %s
            from app.ledger_transactions as t
            cross join app.ledger_accounts as a
            where t.source_key = 'test:1'
                and a.name = 'payable.mechanic'
                and a.owner_id = tests.id('max')
        $$,
        account,
        owner_id,
        currency
    ),
    '23514', 'an entry repeats its account''s name, owner and currency',
    'nor that of a person''s account: ' || what
)
from (
    values
        ('''withheld.mechanic''', 'a.owner_id', 'a.currency', 'another name'),
        ('a.name', 'tests.id(''zoe'')', 'a.currency', 'another owner'),
        ('a.name', 'null', 'a.currency', 'no owner, whose balance has no bound'),
        ('a.name', 'a.owner_id', '''eur''', 'another currency')
) as misstated (account, owner_id, currency, what);

-- Changing what was posted: the owner is refused too

set constraints all immediate;
set constraints all deferred;

select throws_ok(statement, '23001', null, 'refused to the owner: ' || statement)
from unnest(
    array[
        'update app.ledger_transactions set description = ''other''',
        'delete from app.ledger_transactions',
        'truncate app.ledger_transactions, app.ledger_entries',
        'update app.ledger_entries set amount_cents = amount_cents + 1',
        'delete from app.ledger_entries',
        'truncate app.ledger_entries',
        'update app.ledger_accounts set balance_cents = 0',
        'update app.ledger_accounts set name = ''loss'' where name = ''bank''',
        'delete from app.ledger_accounts',
        'truncate app.ledger_accounts cascade',
        'update app.ledger_shards set balance_cents = 0',
        'delete from app.ledger_shards',
        'truncate app.ledger_shards',
        'insert into app.ledger_shards (account_id, shard, balance_cents)'
        || ' select id, 15, 5 from app.ledger_accounts where name = ''bank''',
        'insert into app.ledger_accounts (name, currency, balance_cents) select ''loss'', ''x'', 5',
        'update app.fee_schedule set platform_fee_basis_points = 0 where version = 1',
        'delete from app.fee_schedule where version = 1',
        'truncate app.fee_schedule cascade'
    ]
) as tried (statement);

select throws_ok(
    $$
        insert into app.fee_schedule (
            version, effective_from, diagnostic_price_cents, platform_fee_basis_points,
            referral_basis_points, hold
        ) values (1001, app.current_instant() - interval '1 second', 1, 0, 0, '0')
    $$,
    '23001', null, 'no fee schedule begins in the past'
);
insert into app.fee_schedule (
    version, effective_from, diagnostic_price_cents, platform_fee_basis_points,
    referral_basis_points, hold
) values (1001, app.current_instant() + interval '1 day', 1, 0, 0, '0');
select throws_ok(
    $$
        update app.fee_schedule
        set effective_from = app.current_instant() - interval '1 second'
        where version = 1001
    $$,
    '23001', null, 'nor is one moved there'
);
select lives_ok(
    'update app.fee_schedule set hold = ''1 day'' where version = 1001',
    'one that is only announced may still be changed'
);

-- Everybody else

select is_empty(
    $$
        select r.rolname, c.relname, p.privilege
        from pg_catalog.pg_class as c
        cross join unnest(
            array[
                'customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker', 'backend',
                'worker', 'anon', 'authenticated'
            ]
        ) as r (rolname)
        cross join unnest(
            array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']
        ) as p (privilege)
        where c.oid in (
                'app.ledger_transactions'::regclass,
                'app.ledger_entries'::regclass,
                'app.ledger_accounts'::regclass,
                'app.ledger_shards'::regclass,
                'app.fee_schedule'::regclass,
                'app.payments'::regclass,
                'app.refunds'::regclass,
                'app.stripe_events'::regclass,
                'app.checkout_attempts'::regclass,
                'app.money_facts'::regclass,
                'app.balance_transactions'::regclass,
                'app.payables'::regclass,
                'app.transfers'::regclass,
                'app.transfer_reversals'::regclass,
                'app.payouts'::regclass,
                'app.disputes'::regclass,
                'app.fraud_warnings'::regclass,
                'app.connected_accounts'::regclass,
                'app.ledger_differences'::regclass,
                'api.admin_ledger_differences'::regclass,
                'api.admin_payables'::regclass,
                'api.admin_disputes'::regclass,
                'api.admin_fraud_warnings'::regclass,
                'api.admin_payouts'::regclass,
                'api.payout_account'::regclass,
                'api.mechanic_earnings'::regclass,
                'api.workshop_earnings'::regclass,
                'api.admin_ledger_transactions'::regclass,
                'api.admin_ledger_entries'::regclass,
                'api.admin_ledger_accounts'::regclass,
                'api.admin_fee_schedule'::regclass,
                'api.admin_payments'::regclass,
                'api.admin_stripe_events'::regclass,
                'api.customer_payments'::regclass,
                'api.mechanic_statement'::regclass,
                'api.workshop_statement'::regclass,
                'api.prices'::regclass
            )
            and (
                pg_catalog.has_table_privilege(r.rolname, c.oid, p.privilege)
                or p.privilege in ('insert', 'update', 'references')
                and pg_catalog.has_any_column_privilege(r.rolname, c.oid, p.privilege)
            )
    $$,
    'nobody else may write a row or a column of anything that holds money'
);

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$
        insert into api.admin_ledger_entries (transaction_id, account_id, amount_cents)
        values (gen_random_uuid(), gen_random_uuid(), 1)
    $$,
    '42501', null, 'an admin adds no entry'
);
select throws_ok(
    'select app.post_transaction(''mine'', ''Mine'', null, 1, ''[]'', ''usd'')',
    '42501', null, 'nor posts a transaction'
);
select tests.act_as_owner();

-- The books

select is_empty(
    $$
        select a.id
        from api.admin_ledger_accounts as a
        left join app.ledger_entries as e on a.id = e.account_id
        group by a.id, a.balance_cents
        having a.balance_cents <> coalesce(sum(e.amount_cents), 0)
    $$,
    'every balance is the sum of its entries'
);
select is_empty(
    'select 1 from api.admin_ledger_accounts group by currency having sum(balance_cents) <> 0',
    'the trial balance is zero in every currency'
);
select lives_ok('set constraints all immediate', 'and all of it may be committed');

select * from finish();
rollback;
