-- Money: payments, statements, the ledger and Stripe's events.
--
--   customer         their own payments, today's price
--   mechanic         their own statement and earnings, banned or not; today's price
--   workshop         those of their workshops, whatever their standing; today's price
--   platform_admin   payments, disputes, payouts, the whole ledger, what became of Stripe's events

-- rows

create function app.current_fee_schedule_version()
    returns integer
    language plpgsql
    stable
    security definer  -- a policy on the table itself asks
    set search_path = ''
as $$
begin
    return (
        select max(version)
        from app.fee_schedule
        where effective_from <= app.current_instant()
    );
end;
$$;
comment on function app.current_fee_schedule_version is 'The newest version in force.';
grant execute on function app.current_fee_schedule_version to customer, mechanic, workshop;

create policy "everyone sees the fee schedule in force"
    on app.fee_schedule for select to customer, mechanic, workshop
    using (version = (select app.current_fee_schedule_version()));
create policy "admins see every version of the fee schedule"
    on app.fee_schedule for select to platform_admin
    using ((select app.may_continue_work()));

create policy "customers see their own payments"
    on app.payments for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "admins see all payments"
    on app.payments for select to platform_admin
    using ((select app.may_continue_work()));

create policy "customers see the refunds they are owed"
    on app.refunds for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "admins see all refunds owed"
    on app.refunds for select to platform_admin
    using ((select app.may_continue_work()));

-- A statement is one's own record: it stays, whatever the standing.
create policy "mechanics see the entries of their own accounts"
    on app.ledger_entries for select to mechanic
    using (owner_id = (select app.current_person_id()));
create policy "advisors see the entries of their workshops' accounts"
    on app.ledger_entries for select to workshop
    using (owner_id = any((select app.member_workshop_ids())::uuid[]));
create policy "admins see all entries"
    on app.ledger_entries for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see all transactions"
    on app.ledger_transactions for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see all accounts of the ledger"
    on app.ledger_accounts for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see what the platform's accounts hold"
    on app.ledger_shards for select to platform_admin
    using ((select app.may_continue_work()));

create policy "mechanics see what they are owed"
    on app.payables for select to mechanic
    using (payee_id = (select app.current_person_id()) and earned_at is not null);
create policy "advisors see what their workshops are owed"
    on app.payables for select to workshop
    using (
        payee_id = any((select app.member_workshop_ids())::uuid[]) and earned_at is not null
    );
create policy "admins see what everybody is owed"
    on app.payables for select to platform_admin
    using ((select app.may_continue_work()));
create policy "mechanics see their own account at Stripe"
    on app.connected_accounts for select to mechanic
    using (owner_id = (select app.current_person_id()));
create policy "advisors see their workshops' accounts at Stripe"
    on app.connected_accounts for select to workshop
    using (owner_id = any((select app.member_workshop_ids())::uuid[]));
create policy "admins see everybody's accounts at Stripe"
    on app.connected_accounts for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see all disputes"
    on app.disputes for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see all fraud warnings"
    on app.fraud_warnings for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see all payouts"
    on app.payouts for select to platform_admin
    using ((select app.may_continue_work()));

create policy "admins see where Stripe and the ledger differ"
    on app.ledger_differences for select to platform_admin
    using ((select app.may_continue_work()));

create policy "admins see what became of Stripe's events"
    on app.stripe_events for select to platform_admin
    using ((select app.may_continue_work()));

-- columns

grant select (diagnostic_price_cents, currency)
    on app.fee_schedule to customer, mechanic, workshop;
grant select (
    version, effective_from, diagnostic_price_cents, platform_fee_basis_points,
    referral_basis_points, hold, currency
) on app.fee_schedule to platform_admin;

grant select (
    id, purpose, session_id, quote_id, amount_cents, currency, status, created_at, paid_at, failure,
    refunded_cents
) on app.payments to customer;
-- No customer: an admin finds whose payment it is through the session or the quote.
grant select (
    id, purpose, session_id, quote_id, amount_cents, currency, fee_schedule_version, status,
    created_at, paid_at, failure, work_done_at, earned_at, refunded_cents
) on app.payments to platform_admin;

grant select (payment_id, refund_request_id, is_surplus, amount_cents, requested_at, status)
    on app.refunds to customer, platform_admin;
grant select (reason, failure) on app.refunds to platform_admin;

grant select (
    transaction_id, account, description, amount_cents, currency, posted_at, held_until
) on app.ledger_entries to mechanic, workshop, platform_admin;
grant select (owner_id) on app.ledger_entries to workshop, platform_admin;
grant select (account_id) on app.ledger_entries to platform_admin;
grant select (
    id, payee_id, about_id, currency, earned_at, held_until, is_disputed, refund_asked_until, earned_cents,
    sent_cents, returned_cents, offset_cents, owed_cents, withheld_at, forfeited_cents
) on app.payables to mechanic, workshop, platform_admin;
grant select (part) on app.payables to mechanic, platform_admin;
grant select (payment_id, payee_kind) on app.payables to platform_admin;
grant select (owner_id, transfers, payouts_enabled, requirements_due, disconnected_at)
    on app.connected_accounts to mechanic, workshop, platform_admin;
grant select (
    id, payment_id, stripe_charge_id, amount_cents, reason, status, is_open, evidence_due_by,
    opened_at, told_at
) on app.disputes to platform_admin;
grant select (id, payment_id, fraud_type, warned_at, settled_at)
    on app.fraud_warnings to platform_admin;
grant select (id, stripe_account_id, amount_cents, currency, told_at, paid_at, failed_at, failure)
    on app.payouts to platform_admin;
grant select (id, source_key, description, payment_id, fee_schedule_version, posted_at)
    on app.ledger_transactions to platform_admin;
grant select (id, name, owner_id, currency, balance_cents)
    on app.ledger_accounts to platform_admin;
grant select (account_id, balance_cents) on app.ledger_shards to platform_admin;

grant select (source_key, stripe_id, stripe_cents, ledger_cents, currency, found_at)
    on app.ledger_differences to platform_admin;

-- Not the body: it carries what Stripe knows of the payer.
grant select (id, type, state, reason, created_at, received_at, applied_at, deliveries)
    on app.stripe_events to platform_admin;

-- shapes

create view api.prices with (security_invoker = true) as
    select
        diagnostic_price_cents,
        currency
    from app.fee_schedule;
comment on view api.prices is 'What a diagnostic costs today, in cents.';
grant select on api.prices to customer, mechanic, workshop;

create view api.admin_fee_schedule with (security_invoker = true) as
    select
        version,
        effective_from,
        diagnostic_price_cents,
        platform_fee_basis_points,
        referral_basis_points,
        hold,
        currency
    from app.fee_schedule;
comment on view api.admin_fee_schedule is
    'Every version of prices and shares, past and announced. 100 basis points are one percent.';
grant select on api.admin_fee_schedule to platform_admin;

create view api.customer_payments with (security_invoker = true) as
    select
        p.id,
        p.purpose,
        p.session_id,
        p.quote_id,
        p.amount_cents,
        p.currency,
        p.status,
        p.created_at,
        p.paid_at,
        p.failure,
        p.refunded_cents,
        r.amount_cents as refund_cents,
        r.requested_at as refund_requested_at,
        r.status as refund_status
    from app.payments as p
    left join app.refunds as r
        on p.id = r.payment_id and not r.is_surplus and r.refund_request_id is null;
comment on view api.customer_payments is
    'What the calling customer owes or paid, in cents, what they got back, and what they are owed because '
    'what it pays for is not to be: what they asked for is in customer_refund_requests. Failure: why the '
    'last card was refused.';
grant select on api.customer_payments to customer;

create view api.mechanic_statement with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        transaction_id,
        posted_at,
        description,
        split_part(account, '.', 1) as account,
        -amount_cents as amount_cents,
        currency,
        held_until,
        coalesce(held_until > (select app.current_instant()), false) as is_held
    from app.ledger_entries;
comment on view api.mechanic_statement is
    'What the calling mechanic earned and was sent, in cents, earned is positive. Account: payable; '
    'withheld after a ban (two lines: out of one, into the other); receivable is what they are to give '
    'back. Held until the hold has passed.';
grant select on api.mechanic_statement to mechanic;

create view api.workshop_statement with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        owner_id as workshop_id,
        transaction_id,
        posted_at,
        description,
        split_part(account, '.', 1) as account,
        -amount_cents as amount_cents,
        currency,
        held_until,
        coalesce(held_until > (select app.current_instant()), false) as is_held
    from app.ledger_entries;
comment on view api.workshop_statement is
    'What the caller''s workshops earned and were sent, in cents, earned is positive. Account: payable; '
    'withheld after a ban (two lines: out of one, into the other); receivable is what they are to give '
    'back. Held until the hold has passed.';
grant select on api.workshop_statement to workshop;

create view api.mechanic_earnings with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        p.id,
        p.part,
        p.about_id,
        p.earned_at,
        p.currency,
        p.earned_cents,
        p.sent_cents - p.returned_cents - p.offset_cents as paid_cents,
        p.owed_cents,
        case
            when p.owed_cents < 0 then 'owed_back'
            when p.owed_cents = 0 then case
                when p.earned_cents = 0 then 'reversed'
                when p.forfeited_cents > 0 then 'forfeited'
                else 'paid'
            end
            when p.withheld_at is not null then 'withheld'
            when p.is_disputed then 'disputed'
            when greatest(p.refund_asked_until, p.held_until) > (select app.current_instant())
                then case greatest(p.refund_asked_until, p.held_until)
                    when p.refund_asked_until then 'refund_requested'
                    else 'held'
                end
            when coalesce(a.transfers, 'inactive') <> 'active' then 'awaiting_account'
            else 'payable'
        end as state,
        p.held_until,
        p.refund_asked_until,
        p.withheld_at,
        p.forfeited_cents
    from app.payables as p
    left join app.connected_accounts as a on p.payee_id = a.owner_id;
comment on view api.mechanic_earnings is
    'What the calling mechanic earned, one row a diagnostic (work) or referral, in cents, less what '
    'went back to customers. State says why it is not sent yet: held (until held_until) or refund_requested '
    '(until refund_asked_until, unless decided before), whichever lasts longer, disputed, withheld (after a '
    'ban), awaiting_account; '
    'then payable, paid, or forfeited, in part at least; reversed, or owed_back by the payee.';
grant select on api.mechanic_earnings to mechanic;

create view api.workshop_earnings with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        p.id,
        p.payee_id as workshop_id,
        p.about_id as offer_id,
        p.earned_at,
        p.currency,
        p.earned_cents,
        p.sent_cents - p.returned_cents - p.offset_cents as paid_cents,
        p.owed_cents,
        case
            when p.owed_cents < 0 then 'owed_back'
            when p.owed_cents = 0 then case
                when p.earned_cents = 0 then 'reversed'
                when p.forfeited_cents > 0 then 'forfeited'
                else 'paid'
            end
            when p.withheld_at is not null then 'withheld'
            when p.is_disputed then 'disputed'
            when greatest(p.refund_asked_until, p.held_until) > (select app.current_instant())
                then case greatest(p.refund_asked_until, p.held_until)
                    when p.refund_asked_until then 'refund_requested'
                    else 'held'
                end
            when coalesce(a.transfers, 'inactive') <> 'active' then 'awaiting_account'
            else 'payable'
        end as state,
        p.held_until,
        p.refund_asked_until,
        p.withheld_at,
        p.forfeited_cents
    from app.payables as p
    left join app.connected_accounts as a on p.payee_id = a.owner_id;
comment on view api.workshop_earnings is
    'What the caller''s workshops earned, one row a repair, in cents, less what went back to customers. '
    'State says why it is not sent yet: held (until held_until) or refund_requested (until '
    'refund_asked_until, unless decided before), whichever lasts longer, disputed, withheld (after a ban), '
    'awaiting_account; then '
    'payable, paid, or forfeited, in part at least; reversed, or owed_back by the workshop.';
grant select on api.workshop_earnings to workshop;

create view api.payout_account with (security_invoker = true) as
    select
        owner_id,
        transfers,
        payouts_enabled,
        requirements_due,
        disconnected_at
    from app.connected_accounts;
comment on view api.payout_account is
    'The caller''s accounts at Stripe, or their workshops''. Money is sent once transfers is active.';
grant select on api.payout_account to mechanic, workshop, platform_admin;

create view api.admin_payments with (security_invoker = true) as
    select
        p.id,
        p.purpose,
        p.session_id,
        p.quote_id,
        p.amount_cents,
        p.currency,
        p.fee_schedule_version,
        p.status,
        p.created_at,
        p.paid_at,
        p.failure,
        p.work_done_at,
        p.earned_at,
        p.refunded_cents,
        r.amount_cents as refund_cents,
        r.reason as refund_reason,
        r.requested_at as refund_requested_at,
        r.status as refund_status,
        r.failure as refund_failure
    from app.payments as p
    left join app.refunds as r
        on p.id = r.payment_id and not r.is_surplus and r.refund_request_id is null;
comment on view api.admin_payments is
    'All payments, in cents, and what is owed back because what they pay for is not to be; what was granted '
    'on request is in admin_refund_requests.';
grant select on api.admin_payments to platform_admin;

create view api.admin_ledger_transactions with (security_invoker = true) as
    select
        id,
        source_key,
        description,
        payment_id,
        fee_schedule_version,
        posted_at
    from app.ledger_transactions;
comment on view api.admin_ledger_transactions is 'Each fact that moved money, once.';
grant select on api.admin_ledger_transactions to platform_admin;

create view api.admin_ledger_entries with (security_invoker = true) as
    select
        transaction_id,
        account_id,
        account,
        owner_id,
        description,
        amount_cents,
        currency,
        posted_at,
        held_until
    from app.ledger_entries;
comment on view api.admin_ledger_entries is
    'Every entry, in cents: debit positive, credit negative.';
grant select on api.admin_ledger_entries to platform_admin;

create view api.admin_ledger_accounts with (security_invoker = true) as
    with parts as (
        select
            s.account_id,
            sum(s.balance_cents)::bigint as balance_cents
        from app.ledger_shards as s
        group by s.account_id
    )

    select
        a.id,
        a.name,
        a.owner_id,
        a.currency,
        a.balance_cents + coalesce(p.balance_cents, 0) as balance_cents
    from app.ledger_accounts as a
    left join parts as p on a.id = p.account_id;
comment on view api.admin_ledger_accounts is
    'Balances, in cents: debit positive, credit negative. The owner is a payment, a mechanic or a '
    'workshop.';
grant select on api.admin_ledger_accounts to platform_admin;

create view api.admin_payables with (security_invoker = true) as
    select
        id,
        payment_id,
        part,
        payee_kind,
        payee_id,
        about_id,
        currency,
        earned_at,
        held_until,
        withheld_at,
        is_disputed,
        refund_asked_until,
        earned_cents,
        sent_cents,
        returned_cents,
        offset_cents,
        forfeited_cents,
        owed_cents
    from app.payables;
comment on view api.admin_payables is
    'What each payment owes to each payee, in cents; a negative debt is the payee''s.';
grant select on api.admin_payables to platform_admin;

create view api.admin_disputes with (security_invoker = true) as
    select
        id,
        payment_id,
        stripe_charge_id,
        amount_cents,
        reason,
        status,
        is_open,
        evidence_due_by,
        opened_at,
        told_at
    from app.disputes;
comment on view api.admin_disputes is
    'What customers contest at their bank, as Stripe last told it. Evidence is due by a date.';
grant select on api.admin_disputes to platform_admin;

create view api.admin_fraud_warnings with (security_invoker = true) as
    select
        id,
        payment_id,
        fraud_type,
        warned_at,
        settled_at
    from app.fraud_warnings;
comment on view api.admin_fraud_warnings is
    'Charges that a bank suspects. Nothing of them is sent on until they are settled.';
grant select on api.admin_fraud_warnings to platform_admin;

create view api.admin_payouts with (security_invoker = true) as
    select
        id,
        stripe_account_id,
        amount_cents,
        currency,
        told_at,
        paid_at,
        failed_at,
        failure
    from app.payouts;
comment on view api.admin_payouts is
    'Money on its way from Stripe to a bank. No account: the platform''s own.';
grant select on api.admin_payouts to platform_admin;

-- By name first: of all accounts there are a dozen names, and the sums below read each of them.
create view api.admin_books with (security_invoker = true) as
    with named as (
        select
            a.name,
            a.currency,
            sum(a.balance_cents) as balance_cents
        from app.ledger_accounts as a
        group by a.name, a.currency
        union all
        select
            a.name,
            a.currency,
            s.balance_cents
        from app.ledger_shards as s
        left join app.ledger_accounts as a on s.account_id = a.id
    )

    select
        currency,
        sum(balance_cents)::bigint as trial_balance_cents,
        coalesce(-sum(balance_cents) filter (where name = 'platform.fee'), 0)::bigint
            as gross_income_cents,
        coalesce(sum(balance_cents) filter (where name = 'referral.expense'), 0)::bigint
            as referral_expense_cents,
        coalesce(
            -sum(balance_cents) filter (where name in ('platform.fee', 'referral.expense')), 0
        )::bigint as net_of_referral_cents,
        coalesce(sum(balance_cents) filter (where name = 'stripe.fee'), 0)::bigint
            as stripe_fee_cents,
        coalesce(-sum(balance_cents) filter (where name = 'customer.held'), 0)::bigint
            as held_for_customers_cents,
        coalesce(-sum(balance_cents) filter (where name like 'payable.%'), 0)::bigint
            as payable_cents,
        coalesce(-sum(balance_cents) filter (where name like 'withheld.%'), 0)::bigint
            as withheld_cents,
        coalesce(-sum(balance_cents) filter (where name = 'customer.refund_owed'), 0)::bigint
            as refund_owed_cents,
        coalesce(sum(balance_cents) filter (where name like 'receivable.%'), 0)::bigint
            as receivable_cents,
        coalesce(
            -sum(balance_cents) filter (
                where name in (
                    'platform.fee', 'referral.expense', 'stripe.fee', 'stripe.dispute_fee', 'loss'
                )
            ),
            0
        )::bigint as result_cents
    from named
    group by currency;
comment on view api.admin_books is
    'The books, one row a currency, in cents: income and what is owed are positive. Result: fees less '
    'referrals, what Stripe took, and losses. The trial balance is zero.';
grant select on api.admin_books to platform_admin;

create view api.admin_ledger_differences with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        source_key,
        stripe_id,
        stripe_cents,
        ledger_cents,
        currency,
        case
            when stripe_id is null then 'Stripe has no such line'
            when ledger_cents = 0 then 'not in the ledger'
            else 'another amount'
        end as cause,
        found_at
    from app.ledger_differences;
comment on view api.admin_ledger_differences is
    'Each fact on which Stripe''s account of our balance and the ledger differ, in cents, as compared '
    'last night; none if every cent agrees.';
grant select on api.admin_ledger_differences to platform_admin;

create view api.admin_stripe_events with (security_invoker = true) as
    select
        id,
        type,
        state,
        reason,
        created_at,
        received_at,
        applied_at,
        deliveries
    from app.stripe_events;
comment on view api.admin_stripe_events is
    'Stripe''s events and what became of them. Their bodies are not shown.';
grant select on api.admin_stripe_events to platform_admin;
