-- Money: payments, Stripe's events as they came, and a double-entry ledger that cannot lie.

create table app.payments (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null references app.customers (person_id),
    purpose text not null
        constraint purpose_is_known check (purpose in ('diagnostic', 'repair')),
    session_id uuid
        constraint a_session_is_paid_once unique references app.diagnostic_sessions (id),
    quote_id uuid
        constraint a_quote_is_paid_once unique references app.repair_quotes (id),
    amount_cents bigint not null
        constraint amount_is_positive check (amount_cents > 0),
    currency text not null
        constraint payment_currency_is_iso_4217 check (currency ~ '^[a-z]{3}$'),
    fee_schedule_version integer not null references app.fee_schedule (version),
    status text not null default 'pending'
        constraint payment_status_is_known check (
            status in ('pending', 'processing', 'paid', 'failed', 'expired')
        ),
    created_at timestamptz not null default app.current_instant(),
    paid_at timestamptz,
    failure text,
    work_done_at timestamptz,
    earned_at timestamptz,
    charged_cents bigint not null default 0,
    refunded_cents bigint not null default 0,
    refund_owed_cents bigint not null default 0,
    withdrawn_cents bigint not null default 0,
    lost_cents bigint not null default 0,
    reversed_cents bigint not null default 0,
    excess_cents bigint not null default 0,
    constraint a_payment_has_one_purpose check (
        case purpose
            when 'diagnostic' then session_id is not null and quote_id is null
            else quote_id is not null and session_id is null
        end
    )
);
comment on table app.payments is 'What a customer owes or paid. Refunds and disputes are facts beside it.';
comment on column app.payments.status is
    'pending → processing | paid | failed | expired; processing → paid | failed; '
    'failed → pending | paid | expired; expired → paid: which function moves it stands in app.transitions.';
comment on column app.payments.failure is 'Why Stripe last refused to take the money, in its code.';
comment on column app.payments.earned_at is 'When the work was done and the money in, whichever was last.';
comment on column app.payments.charged_cents is
    'This and the following: totals of its facts, counted again by app.recount_payment.';
comment on column app.payments.refunded_cents is 'What the customer has got back.';
comment on column app.payments.refund_owed_cents is
    'What they are owed still: a second charge, or a refund that failed.';
comment on column app.payments.withdrawn_cents is 'Taken by disputes, and not reinstated.';
comment on column app.payments.lost_cents is 'Of that, in disputes that are lost.';
comment on column app.payments.reversed_cents is
    'Gone back to the customer out of what was paid once: platform and payees bear it in proportion.';
comment on column app.payments.excess_cents is
    'Gone back beyond that (refunded, and lost in a dispute as well): the platform bears it.';
create index payments_in_order on app.payments (created_at desc);
create index payments_by_customer on app.payments (customer_id, created_at desc);
create index payments_by_fee_schedule on app.payments (fee_schedule_version);

create table app.checkout_attempts (
    payment_id uuid not null references app.payments (id),
    attempt integer not null
        constraint attempt_counts_from_one check (attempt > 0),
    idempotency_key text not null
        generated always as ('checkout:' || payment_id::text || ':' || attempt::text) stored,
    status text not null default 'creating'
        constraint attempt_status_is_known check (
            status in ('creating', 'open', 'leaving', 'closed')
        ),
    stripe_session_id text
        constraint a_checkout_session_is_recorded_once unique,
    url text,
    created_at timestamptz not null default app.current_instant(),
    expires_at timestamptz,
    primary key (payment_id, attempt)
);
comment on table app.checkout_attempts is
    'Stripe Checkout Sessions, written before the call, so that a lost answer is repeated, not doubled.';
comment on column app.checkout_attempts.status is
    'Creating and open are live. Leaving: not to be paid any more, and Stripe is to close the page.';
create unique index one_live_attempt_a_payment on app.checkout_attempts (payment_id)
    where status in ('creating', 'open');
create index checkout_attempts_to_close on app.checkout_attempts (payment_id)
    where status = 'leaving';

create table app.stripe_events (
    id text primary key,
    type text not null,
    raw bytea not null,
    created_at timestamptz,
    received_at timestamptz not null default app.current_instant(),
    deliveries integer not null default 1,
    state text not null default 'pending'
        constraint event_state_is_known check (
            state in ('pending', 'waiting', 'done', 'ignored', 'quarantined', 'dead')
        ),
    reason text,
    awaits text,
    look_at timestamptz,
    applied_at timestamptz
);
comment on table app.stripe_events is
    'Every event Stripe sent, as received. The state decides what happens; the job queue only hurries.';
comment on column app.stripe_events.awaits is 'The object of Stripe''s that is to be told of first.';
comment on column app.stripe_events.look_at is
    'When one that waits is looked at again, if nobody tells of the object; at first ten minutes after it came.';
-- Written once and read once: to compress it costs more than the space.
alter table app.stripe_events alter column raw set storage external;
create index stripe_events_in_order on app.stripe_events (received_at desc);
create index stripe_events_unsettled on app.stripe_events (received_at)
    where state in ('pending', 'waiting');
create index stripe_events_of_unknown_accounts on app.stripe_events (received_at)
    where state = 'quarantined' and reason = 'account';
create index stripe_events_by_what_they_await on app.stripe_events (awaits) where state = 'waiting';

create type app.parsed_event as (
    id text,
    type text,
    created_at timestamptz,
    payload jsonb,
    state text,
    reason text,
    awaits text
);
comment on type app.parsed_event is
    'An event as it is applied, or an object that Stripe was asked for, without an id; and what becomes of it.';

create table app.ledger_accounts (
    id uuid primary key default gen_random_uuid(),
    name text not null
        constraint account_name_is_in_the_chart check (
            name in (
                'stripe.balance', 'stripe.dispute_receivable', 'payout.in_transit', 'bank',
                'receivable.workshop', 'receivable.mechanic',
                'customer.held', 'customer.refund_owed', 'payable.workshop', 'payable.mechanic',
                'withheld.workshop', 'withheld.mechanic',
                'platform.fee', 'stripe.fee', 'stripe.dispute_fee', 'referral.expense', 'loss'
            )
        ),
    owner_id uuid,
    currency text not null
        constraint account_currency_is_iso_4217 check (currency ~ '^[a-z]{3}$'),
    balance_cents bigint not null default 0,
    constraint an_account_is_opened_once unique nulls not distinct (name, owner_id, currency),
    constraint accounts_of_people_have_an_owner check (
        (
            name in (
                'receivable.workshop', 'receivable.mechanic', 'customer.held',
                'customer.refund_owed', 'payable.workshop', 'payable.mechanic', 'withheld.workshop',
                'withheld.mechanic'
            )
        ) = (owner_id is not null)
    ),
    constraint what_is_owed_is_never_in_debit check (
        name not in (
            'customer.held', 'payable.workshop', 'payable.mechanic', 'withheld.workshop',
            'withheld.mechanic'
        )
        or balance_cents <= 0
    ),
    constraint what_is_due_is_never_in_credit check (
        name not in ('receivable.workshop', 'receivable.mechanic') or balance_cents >= 0
    ),
    constraint balances_of_the_platform_are_in_shards check (
        owner_id is not null or balance_cents = 0
    )
);
comment on table app.ledger_accounts is
    'Chart of accounts, one row an account, owner and currency. Debit is positive, credit negative.';
comment on column app.ledger_accounts.owner_id is
    'The payment for customer.held and customer.refund_owed; else the mechanic or workshop.';
comment on column app.ledger_accounts.balance_cents is
    'The sum of its entries, kept by a trigger. Nothing for the platform''s own: see app.ledger_shards.';
create index ledger_accounts_by_owner on app.ledger_accounts (owner_id);

create table app.ledger_shards (
    account_id uuid not null references app.ledger_accounts (id),
    shard integer not null
        constraint shards_are_sixteen check (shard between 0 and 15),
    balance_cents bigint not null,
    primary key (account_id, shard)
) with (fillfactor = 50);
comment on table app.ledger_shards is
    'Balances of the platform''s own accounts, in sixteen parts that are added up. Any of them may be in '
    'debit or credit, so postings need not wait for each other to know what it comes to.';
comment on column app.ledger_shards.shard is 'The part of app.current_shard(): a connection has one.';

create table app.ledger_transactions (
    id uuid primary key default gen_random_uuid(),
    source_key text not null
        constraint a_fact_is_posted_once unique,
    description text not null,
    payment_id uuid references app.payments (id),
    fee_schedule_version integer references app.fee_schedule (version),
    posted_at timestamptz not null default app.current_instant()
);
comment on table app.ledger_transactions is 'A fact that moved money, with the key that makes it post once.';
comment on column app.ledger_transactions.source_key is
    'The fact: charge:ch_…, fee:txn_…, done:<payment id>; what it did to a referral ends in :referral.';
create index ledger_transactions_in_order on app.ledger_transactions (posted_at desc);
create index ledger_transactions_by_payment on app.ledger_transactions (payment_id);
create index ledger_transactions_by_fee_schedule on app.ledger_transactions (fee_schedule_version);

create table app.ledger_entries (
    transaction_id uuid not null references app.ledger_transactions (id),
    account_id uuid not null references app.ledger_accounts (id),
    account text not null,
    owner_id uuid,
    description text not null,
    amount_cents bigint not null
        constraint an_entry_moves_money check (amount_cents <> 0),
    currency text not null
        constraint entry_currency_is_iso_4217 check (currency ~ '^[a-z]{3}$'),
    posted_at timestamptz not null default app.current_instant(),
    held_until timestamptz,
    primary key (transaction_id, account_id)
);
comment on table app.ledger_entries is
    'Integer cents, debit positive. Each transaction adds up to zero in each currency, at commit.';
comment on column app.ledger_entries.account is
    'The account''s name. Owner and description are repeated too: a statement reads this row alone.';
comment on column app.ledger_entries.held_until is
    'When what was earned becomes payable, as its payable says, whenever this was posted.';
create index ledger_entries_in_order on app.ledger_entries (posted_at desc);
create index ledger_entries_by_account on app.ledger_entries (account_id, posted_at desc);
create index ledger_entries_by_owner on app.ledger_entries (owner_id, posted_at desc)
    where owner_id is not null;

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
alter table app.ledger_entries alter column description set statistics 0;
