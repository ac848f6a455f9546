-- Refunds: what customers ask for, by which policy it is judged, and how it was decided.
--
--   customer              their own requests and the decisions on them; the policy in force
--   platform_admin        all requests, all versions of the policy
--   mechanic, workshop    nothing of it but the date until which their earnings wait, in 70_money.sql

-- rows

create function app.current_refund_policy_version()
    returns integer
    language plpgsql
    stable
    security definer  -- a policy on the table itself asks
    set search_path = ''
as $$
begin
    return (
        select max(version)
        from app.refund_policies
        where effective_from <= app.current_instant()
    );
end;
$$;
comment on function app.current_refund_policy_version is 'The newest version in force.';
grant execute on function app.current_refund_policy_version to customer;

create policy "customers see the refund policy in force"
    on app.refund_policies for select to customer
    using (version = (select app.current_refund_policy_version()));
create policy "admins see every version of the refund policy"
    on app.refund_policies for select to platform_admin
    using ((select app.may_continue_work()));

create policy "customers see their own refund requests"
    on app.refund_requests for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "admins see all refund requests"
    on app.refund_requests for select to platform_admin
    using ((select app.may_continue_work()));

-- columns

-- Not the small amount: who knows it asks for as much.
grant select (version, ask_within, decide_within, unstarted_within)
    on app.refund_policies to customer, platform_admin;
grant select (effective_from, small_cents, small_once_within)
    on app.refund_policies to platform_admin;

grant select (
    id, payment_id, policy_version, amount_cents, category, reason, status, asked_at, decide_by, settled_at,
    is_automated, granted_cents, decision_reason
) on app.refund_requests to customer, platform_admin;
-- No customer: an admin finds whose it is through the payment.
grant select (decided_by, rule) on app.refund_requests to platform_admin;

-- shapes

create view api.refund_policy with (security_invoker = true) as
    select
        version,
        ask_within,
        decide_within,
        unstarted_within
    from app.refund_policies;
comment on view api.refund_policy is
    'How long after the work is done a refund can be asked for, how long payees wait for the decision, and '
    'how soon after paying a diagnostic that nobody began is given back at once. In force for payments made '
    'from now on.';
grant select on api.refund_policy to customer;

create view api.admin_refund_policies with (security_invoker = true) as
    select
        version,
        effective_from,
        ask_within,
        decide_within,
        unstarted_within,
        small_cents,
        small_once_within
    from app.refund_policies;
comment on view api.admin_refund_policies is
    'Every version of the refund policy, past and announced. Small amounts, in cents, are granted by '
    'themselves once within a time.';
grant select on api.admin_refund_policies to platform_admin;

create view api.customer_refund_requests with (security_invoker = true) as
    select
        q.id,
        q.payment_id,
        q.policy_version,
        q.amount_cents,
        q.category,
        q.reason,
        q.status,
        q.asked_at,
        q.decide_by,
        q.settled_at,
        q.is_automated,
        q.granted_cents,
        q.decision_reason,
        r.status as refund_status
    from app.refund_requests as q
    left join app.refunds as r on q.id = r.refund_request_id;
comment on view api.customer_refund_requests is
    'What the calling customer asked to have back, in cents, and what became of it: open, granted or '
    'refused with a reason (automated: by the policy alone), withdrawn, superseded. Refund status: approved, '
    'then sent or failed at Stripe.';
grant select on api.customer_refund_requests to customer;

create view api.admin_refund_requests with (security_invoker = true) as
    select
        q.id,
        q.payment_id,
        q.policy_version,
        q.amount_cents,
        q.category,
        q.reason,
        q.status,
        q.asked_at,
        q.decide_by,
        q.settled_at,
        q.decided_by,
        q.is_automated,
        q.rule,
        q.granted_cents,
        q.decision_reason,
        r.status as refund_status,
        r.failure as refund_failure
    from app.refund_requests as q
    left join app.refunds as r on q.id = r.refund_request_id;
comment on view api.admin_refund_requests is
    'All refund requests, in cents. The queue: status open, by asked_at. A rule, or whoever decided.';
grant select on api.admin_refund_requests to platform_admin;
