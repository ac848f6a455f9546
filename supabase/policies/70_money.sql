-- Money: payments, statements, the ledger and Stripe's events.
--
--   customer         their own payments, today's price
--   mechanic         their own statement, banned or not; today's price
--   workshop         the statements of their workshops, whatever their standing; today's price
--   platform_admin   payments, the whole ledger, the fee schedule, what became of Stripe's events

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
    on app.refund_requests for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "admins see all refunds owed"
    on app.refund_requests for select to platform_admin
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
    id, purpose, session_id, quote_id, amount_cents, currency, status, created_at, paid_at
) on app.payments to customer;
-- No customer: an admin finds whose payment it is through the session or the quote.
grant select (
    id, purpose, session_id, quote_id, amount_cents, currency, fee_schedule_version, status,
    created_at, paid_at, work_done_at
) on app.payments to platform_admin;

grant select (payment_id, amount_cents, requested_at)
    on app.refund_requests to customer, platform_admin;
grant select (reason) on app.refund_requests to platform_admin;

grant select (
    transaction_id, account, description, amount_cents, currency, posted_at, held_until
) on app.ledger_entries to mechanic, workshop, platform_admin;
grant select (owner_id) on app.ledger_entries to workshop, platform_admin;
grant select (account_id) on app.ledger_entries to platform_admin;
grant select (id, source_key, description, payment_id, fee_schedule_version, posted_at)
    on app.ledger_transactions to platform_admin;
grant select (id, name, owner_id, currency, balance_cents)
    on app.ledger_accounts to platform_admin;

-- Neither the raw body nor the payload: they carry what Stripe knows of the payer.
grant select (id, type, state, reason, created_at, received_at, applied_at, deliveries)
    on app.stripe_events to platform_admin;

-- shapes

create view api.prices with (security_invoker = true) as
    select diagnostic_price_cents, currency
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
        r.amount_cents as refund_cents,
        r.requested_at as refund_requested_at
    from app.payments as p
    left join app.refund_requests as r on p.id = r.payment_id;
comment on view api.customer_payments is
    'What the calling customer owes or paid, in cents, and what they are owed back.';
grant select on api.customer_payments to customer;

create view api.mechanic_statement with (security_invoker = true) as
    select
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
    'What the calling mechanic earned, in cents, earned is positive. Account: payable, or withheld '
    'after a ban (two lines: out of one, into the other). Held until the hold has passed.';
grant select on api.mechanic_statement to mechanic;

create view api.workshop_statement with (security_invoker = true) as
    select
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
    'What the caller''s workshops earned, in cents, earned is positive. Held until the hold has '
    'passed.';
grant select on api.workshop_statement to workshop;

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
        p.work_done_at,
        r.amount_cents as refund_cents,
        r.reason as refund_reason,
        r.requested_at as refund_requested_at
    from app.payments as p
    left join app.refund_requests as r on p.id = r.payment_id;
comment on view api.admin_payments is 'All payments, in cents, and the refunds that are owed.';
grant select on api.admin_payments to platform_admin;

create view api.admin_ledger_transactions with (security_invoker = true) as
    select id, source_key, description, payment_id, fee_schedule_version, posted_at
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
    select id, name, owner_id, currency, balance_cents
    from app.ledger_accounts;
comment on view api.admin_ledger_accounts is
    'Balances, in cents: debit positive, credit negative. The owner is a payment, a mechanic or a '
    'workshop.';
grant select on api.admin_ledger_accounts to platform_admin;

create view api.admin_books with (security_invoker = true) as
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
        coalesce(-sum(balance_cents) filter (where name = 'withheld.mechanic'), 0)::bigint
            as withheld_cents
    from app.ledger_accounts
    group by currency;
comment on view api.admin_books is
    'The books, one row a currency, in cents: income and what is owed are positive. The trial '
    'balance is zero.';
grant select on api.admin_books to platform_admin;

create view api.admin_stripe_events with (security_invoker = true) as
    select id, type, state, reason, created_at, received_at, applied_at, deliveries
    from app.stripe_events;
comment on view api.admin_stripe_events is
    'Stripe''s events and what became of them. Their bodies are not shown.';
grant select on api.admin_stripe_events to platform_admin;
