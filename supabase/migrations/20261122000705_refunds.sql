-- What customers ask to have back, by which policy it is decided, and what the platform owes back.

create table app.refund_policies (
    version integer primary key,
    effective_from timestamptz not null default app.current_instant(),
    ask_within interval not null
        constraint time_to_ask_is_a_day_to_a_year check (
            ask_within between interval '1 day' and interval '1 year'
        ),
    decide_within interval not null
        constraint time_to_decide_is_an_hour_to_a_month check (
            decide_within between interval '1 hour' and interval '1 month'
        ),
    unstarted_within interval not null
        constraint time_to_regret_is_a_month_at_most check (
            unstarted_within between interval '0' and interval '1 month'
        ),
    small_cents bigint not null
        constraint small_is_not_negative check (small_cents >= 0),
    small_once_within interval not null
        constraint small_counts_for_ten_years_at_most check (
            small_once_within between interval '0' and interval '10 years'
        )
);
comment on table app.refund_policies is
    'What refund requests are judged by, by version. A payment is under the one in force when it was made.';
comment on column app.refund_policies.ask_within is 'From work done; until it is done there is no end.';
comment on column app.refund_policies.decide_within is
    'From asking. So long, at most, what the payees earned waits for the decision.';
comment on column app.refund_policies.unstarted_within is
    'From payment: a diagnostic of which no mechanic has written a word is given back without asking an admin.';
comment on column app.refund_policies.small_cents is
    'Up to this much is given back without asking an admin; zero: nothing.';
comment on column app.refund_policies.small_once_within is
    'To one customer once within this time; the next one goes to the admins.';
insert into app.refund_policies (
    version, effective_from, ask_within, decide_within, unstarted_within, small_cents, small_once_within
) values (1, '-infinity', interval '30 days', interval '5 days', interval '24 hours', 500, interval '90 days');

create table app.refund_requests (
    id uuid primary key default gen_random_uuid(),
    payment_id uuid not null references app.payments (id),
    customer_id uuid not null references app.customers (person_id),
    policy_version integer not null references app.refund_policies (version),
    amount_cents bigint not null
        constraint asked_amount_is_positive check (amount_cents > 0),
    category text not null
        constraint refund_category_is_known check (
            category in (
                'not_started', 'not_finished', 'poor_work', 'not_as_described', 'charged_wrongly',
                'changed_mind', 'other'
            )
        ),
    reason text not null
        constraint a_refund_reason_is_short check (octet_length(reason) between 1 and 2000),
    status text not null default 'open'
        constraint refund_request_status_is_known check (
            status in ('open', 'granted', 'refused', 'withdrawn', 'superseded')
        ),
    asked_at timestamptz not null default app.current_instant(),
    decide_by timestamptz not null,
    settled_at timestamptz,
    decided_by uuid references app.people (id),
    rule text
        constraint refund_rule_is_known check (rule in ('not_started', 'small')),
    is_automated boolean not null generated always as (rule is not null) stored,
    granted_cents bigint
        constraint what_is_granted_was_asked_for check (granted_cents between 1 and amount_cents),
    decision_reason text,
    constraint what_is_settled_has_an_instant check ((status = 'open') = (settled_at is null)),
    constraint a_grant_has_an_amount check ((status = 'granted') = (granted_cents is not null)),
    constraint a_person_or_a_rule_decides check (
        num_nonnulls(decided_by, rule) = case when status in ('granted', 'refused') then 1 else 0 end
    ),
    constraint a_rule_refuses_nothing check (status = 'granted' or rule is null),
    constraint a_person_says_why check ((decided_by is null) = (decision_reason is null))
);
comment on table app.refund_requests is
    'What a customer asks to have back of one payment, and what became of it. What is granted is owed: '
    'a row of app.refunds.';
comment on column app.refund_requests.status is
    'open → granted | refused | withdrawn | superseded: by a rule or an admin, and superseded where all is owed back '
    'anyway or a bank decides; which function moves it stands in app.transitions.';
comment on column app.refund_requests.policy_version is 'What it was judged by.';
comment on column app.refund_requests.decide_by is 'Until then what was earned by the payment waits.';
comment on column app.refund_requests.rule is
    'Which rule of the policy granted it; none: an admin decided, or nobody.';
create unique index one_open_request_a_payment on app.refund_requests (payment_id)
    where status = 'open';
create index refund_requests_waiting on app.refund_requests (asked_at) where status = 'open';
create index refund_requests_in_order on app.refund_requests (asked_at desc);
create index refund_requests_by_payment on app.refund_requests (payment_id);
create index refund_requests_by_customer on app.refund_requests (customer_id, asked_at desc);
create index refund_requests_by_policy on app.refund_requests (policy_version);

create table app.refunds (
    id uuid primary key default gen_random_uuid(),
    payment_id uuid not null references app.payments (id),
    refund_request_id uuid references app.refund_requests (id),
    stripe_charge_id text,
    is_surplus boolean not null generated always as (stripe_charge_id is not null) stored,
    customer_id uuid not null references app.customers (person_id),
    amount_cents bigint not null
        constraint refund_is_positive check (amount_cents > 0),
    reason text not null,
    requested_at timestamptz not null default app.current_instant(),
    status text not null default 'approved'
        constraint refund_status_is_known check (status in ('approved', 'sent', 'failed')),
    attempt integer not null default 1
        constraint refund_attempt_counts_from_one check (attempt > 0),
    idempotency_key text not null
        generated always as ('refund:' || id::text || ':' || attempt::text) stored,
    begun_at timestamptz,
    stripe_refund_id text,
    failure text,
    constraint each_cause_owes_once
        unique nulls not distinct (payment_id, stripe_charge_id, refund_request_id)
);
comment on table app.refunds is
    'Money the platform owes back: nobody accepted in time, a cancelled session, an absent party, a '
    'second charge, a request that was granted. Written before Stripe is asked to send it.';
comment on column app.refunds.refund_request_id is 'The request that was granted, where one was.';
comment on column app.refunds.stripe_charge_id is
    'The second charge, where one is owed back; else none: the one that pays.';
comment on column app.refunds.begun_at is 'When Stripe was first asked, by this attempt''s key.';
create index refunds_by_request on app.refunds (refund_request_id);
create index refunds_by_customer on app.refunds (customer_id);

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
alter table app.refund_requests alter column reason set statistics 0;
alter table app.refund_requests alter column decision_reason set statistics 0;
