-- What Stripe told us of money, fact by fact, and what we ask it to move: the ledger follows these.

create table app.money_facts (
    id text primary key,
    kind text not null
        constraint fact_kind_is_known check (
            kind in (
                'charge', 'refund', 'refund_failure', 'transfer', 'transfer_reversal',
                'dispute_withdrawal', 'dispute_reinstatement'
            )
        ),
    payment_id uuid not null references app.payments (id),
    part text
        constraint part_is_known check (part in ('work', 'referral')),
    about text,
    refund_id uuid references app.refunds (id),
    amount_cents bigint not null
        constraint a_fact_moves_money check (amount_cents > 0),
    learned_at timestamptz not null default app.current_instant(),
    constraint transfers_pay_a_part check ((part is not null) = (kind like 'transfer%'))
);
comment on table app.money_facts is
    'Each object of Stripe''s that moved money, once. A payment''s postings follow from the set of '
    'its facts alone, so the order in which they are told does not matter.';
comment on column app.money_facts.id is
    'Stripe''s id: ch_…, re_…, tr_…, trr_…; txn_… for a failed refund and for what a dispute moved.';
comment on column app.money_facts.about is
    'The fact or dispute that this one follows: a refund''s charge, a failure''s refund, a '
    'reversal''s transfer.';
comment on column app.money_facts.refund_id is
    'Several refunds of Stripe''s for one of ours are attempts at it: the customer is owed it once.';
create index money_facts_by_payment on app.money_facts (payment_id);
create index money_facts_by_refund on app.money_facts (refund_id);

create table app.balance_transactions (
    id text primary key,
    type text,
    source text,
    amount_cents bigint not null,
    fee_cents bigint not null,
    currency text not null,
    created_at timestamptz,
    learned_at timestamptz not null default app.current_instant()
);
comment on table app.balance_transactions is
    'Lines of Stripe''s own account of our balance, as read from it: what its fee was, and what the '
    'ledger is compared with.';
comment on column app.balance_transactions.source is 'The object that it is about: ch_…, re_…, dp_….';
create index balance_transactions_by_source on app.balance_transactions (source);

create table app.disputes (
    id text primary key,
    payment_id uuid not null references app.payments (id),
    stripe_charge_id text not null references app.money_facts (id),
    amount_cents bigint not null
        constraint dispute_is_positive check (amount_cents > 0),
    reason text,
    status text not null
        constraint dispute_status_is_known check (
            status in (
                'warning_needs_response', 'warning_under_review', 'needs_response', 'under_review',
                'warning_closed', 'prevented', 'won', 'lost'
            )
        ),
    evidence_due_by timestamptz,
    opened_at timestamptz not null,
    told_at timestamptz not null,
    is_open boolean not null generated always as (
        status not in ('warning_closed', 'prevented', 'won', 'lost')
    ) stored
);
comment on table app.disputes is
    'What customers contest at their bank. While one is open, nothing of its payment is sent on.';
comment on column app.disputes.status is
    'Stripe''s. An inquiry (warning_…) moves no money. Once closed, only a later closing changes it.';
comment on column app.disputes.told_at is 'When Stripe made the event that told the status.';
create index disputes_in_order on app.disputes (opened_at desc);
create index disputes_by_payment on app.disputes (payment_id);
create index disputes_by_charge on app.disputes (stripe_charge_id);

create table app.fraud_warnings (
    id text primary key,
    payment_id uuid not null references app.payments (id),
    fraud_type text,
    warned_at timestamptz not null default app.current_instant(),
    settled_at timestamptz
);
comment on table app.fraud_warnings is
    'A bank suspects a charge. Nothing of its payment is sent on until an admin has settled it.';
create index fraud_warnings_by_payment on app.fraud_warnings (payment_id);

create table app.payables (
    id uuid not null default gen_random_uuid()
        constraint payable_id_is_unique unique,
    payment_id uuid not null references app.payments (id),
    part text not null
        constraint payable_part_is_known check (part in ('work', 'referral')),
    payee_kind text not null
        constraint payee_kind_is_known check (payee_kind in ('mechanic', 'workshop')),
    payee_id uuid not null,
    about_id uuid not null,
    currency text not null,
    earned_at timestamptz,
    held_until timestamptz,
    withheld_at timestamptz,
    released_at timestamptz,
    is_disputed boolean not null default false,
    refund_asked_until timestamptz,
    earned_cents bigint not null default 0
        constraint earned_is_not_negative check (earned_cents >= 0),
    sent_cents bigint not null default 0,
    returned_cents bigint not null default 0,
    offset_cents bigint not null default 0,
    forfeited_cents bigint not null default 0
        constraint forfeited_is_not_negative check (forfeited_cents >= 0),
    owed_cents bigint not null generated always as (
        earned_cents - sent_cents + returned_cents + offset_cents - forfeited_cents
    ) stored,
    primary key (payment_id, part)
);
comment on table app.payables is
    'What one payment owes to one payee, who either is due more or has been sent too much.';
comment on column app.payables.part is 'Work: of the mechanic or workshop. Referral: the mechanic''s.';
comment on column app.payables.about_id is
    'What the payee knows it by: the session, the offer, or for a referral the escalation.';
comment on column app.payables.is_disputed is
    'A dispute is open, or a fraud warning is not settled: nothing is sent.';
comment on column app.payables.refund_asked_until is
    'The customer asked for a refund: until then nothing is sent, unless it is decided before.';
comment on column app.payables.withheld_at is 'Set while the payee is barred: counted, not sent.';
comment on column app.payables.released_at is
    'When it was last let go: then only another bar withholds it.';
comment on column app.payables.earned_cents is 'Of what the customer did not get back.';
comment on column app.payables.offset_cents is
    'Taken from this payable for another''s debt (negative), or the other way round.';
comment on column app.payables.owed_cents is 'Negative: the payee is to give it back.';
create index payables_by_payee on app.payables (payee_id, earned_at desc);
create index payables_unsettled on app.payables (held_until) where owed_cents <> 0;

create table app.connected_accounts (
    owner_id uuid primary key,
    owner_kind text not null
        constraint account_owner_kind_is_known check (owner_kind in ('mechanic', 'workshop')),
    stripe_account_id text
        constraint a_stripe_account_has_one_owner unique,
    attempt integer not null default 1
        constraint account_attempt_counts_from_one check (attempt > 0),
    idempotency_key text not null
        generated always as ('account:' || owner_id::text || ':' || attempt::text) stored,
    begun_at timestamptz,
    transfers text not null default 'inactive'
        constraint transfers_capability_is_known check (
            transfers in ('active', 'pending', 'inactive', 'unrequested')
        ),
    payouts_enabled boolean not null default false,
    requirements_due text[] not null default '{}',
    created_at timestamptz not null default app.current_instant(),
    told_at timestamptz not null default '-infinity',
    disconnected_at timestamptz
);
comment on table app.connected_accounts is
    'Where Stripe pays a mechanic or workshop. Written before the call that makes it.';
comment on column app.connected_accounts.begun_at is
    'When Stripe was first asked to open it, by this attempt''s key.';
comment on column app.connected_accounts.transfers is
    'Stripe''s capability: nothing is sent unless it is active. Earnings wait meanwhile.';
comment on column app.connected_accounts.disconnected_at is
    'When its owner took it away from the platform: then another one may be opened in its place.';
comment on column app.connected_accounts.requirements_due is 'What Stripe still asks of the owner.';

create table app.transfers (
    payment_id uuid not null,
    part text not null,
    attempt integer not null
        constraint transfer_attempt_counts_from_one check (attempt > 0),
    amount_cents bigint not null
        constraint transfer_is_positive check (amount_cents > 0),
    destination text not null,
    idempotency_key text not null
        generated always as (
            'transfer:' || payment_id::text || ':' || part || ':' || attempt::text
        ) stored,
    status text not null default 'creating'
        constraint transfer_status_is_known check (status in ('creating', 'sent', 'failed')),
    stripe_transfer_id text
        constraint a_transfer_is_recorded_once unique,
    created_at timestamptz not null default app.current_instant(),
    failure text,
    retry_at timestamptz,
    primary key (payment_id, part, attempt),
    foreign key (payment_id, part) references app.payables (payment_id, part)
);
comment on table app.transfers is
    'Money sent to a payee, written before the call: what Stripe tells of any other is not ours.';
comment on column app.transfers.destination is
    'The payee''s account at Stripe when it was begun; they may have another since.';
create unique index one_live_transfer_a_payable on app.transfers (payment_id, part)
    where status = 'creating';

create table app.transfer_reversals (
    id uuid primary key default gen_random_uuid(),
    payment_id uuid not null,
    part text not null,
    stripe_transfer_id text not null references app.transfers (stripe_transfer_id),
    amount_cents bigint not null
        constraint reversal_is_positive check (amount_cents > 0),
    idempotency_key text not null
        generated always as ('reversal:' || id::text) stored,
    status text not null default 'creating'
        constraint reversal_status_is_known check (status in ('creating', 'done', 'refused')),
    created_at timestamptz not null default app.current_instant(),
    failure text,
    retry_at timestamptz,
    foreign key (payment_id, part) references app.payables (payment_id, part)
);
comment on table app.transfer_reversals is
    'Money taken back from a payee, written before the call. Refused, it stays a debt of theirs.';
create unique index one_live_reversal_a_payable on app.transfer_reversals (payment_id, part)
    where status = 'creating';
create index transfer_reversals_by_payable on app.transfer_reversals (payment_id, part);
create index transfer_reversals_by_transfer on app.transfer_reversals (stripe_transfer_id);

create table app.payouts (
    id text primary key,
    stripe_account_id text,
    amount_cents bigint not null,
    currency text not null,
    told_at timestamptz not null default app.current_instant(),
    paid_at timestamptz,
    failed_at timestamptz,
    failure text
);
comment on table app.payouts is
    'From Stripe to a bank. No account: the platform''s own, which the ledger follows.';
comment on column app.payouts.failed_at is 'A bank may send back what was paid: failed comes last.';
create index payouts_in_order on app.payouts (told_at desc);
create index payouts_by_account on app.payouts (stripe_account_id);

create table app.ledger_differences (
    id uuid primary key default gen_random_uuid(),
    source_key text not null,
    stripe_id text,
    stripe_cents bigint not null,
    ledger_cents bigint not null,
    currency text not null,
    found_at timestamptz not null default app.current_instant(),
    constraint a_difference_is_named_once
        unique nulls not distinct (source_key, stripe_id, currency)
);
comment on table app.ledger_differences is
    'Where Stripe''s account of our balance and the ledger did not agree when they were last compared.';
comment on column app.ledger_differences.source_key is
    'The fact, as in app.ledger_transactions; or Stripe''s word for a line that the ledger knows nothing of.';
comment on column app.ledger_differences.stripe_id is 'Stripe''s line; none if it has no such line.';
comment on column app.ledger_differences.found_at is 'When it was first found.';
create index ledger_differences_in_order on app.ledger_differences (found_at desc);

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
alter table app.payables alter column part set statistics 0;
alter table app.payments alter column failure set statistics 0;
