-- Which rule of the policy grants a refund without an admin, if one does.

create function app.refund_rule(request app.refund_requests, payment app.payments)
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    policy app.refund_policies := app.refund_policy_of(payment);
begin
    if payment.purpose = 'diagnostic'
        and payment.work_done_at is null
        and request.amount_cents = app.refundable_cents(payment.id)
        and payment.paid_at + policy.unstarted_within > request.asked_at
        and not exists (
            select
            from app.messages as m
            inner join app.threads as t on m.thread_id = t.id
            where t.session_id = payment.session_id
                and m.sender = 'mechanic'
        )
    then
        return 'not_started';
    end if;
    if request.amount_cents <= policy.small_cents
        and not exists (
            select
            from app.refund_requests as r
            where r.customer_id = request.customer_id
                and r.rule = 'small'
                and r.settled_at + policy.small_once_within > request.asked_at
        )
    then
        return 'small';
    end if;
    return null;
end;
$$;
comment on function app.refund_rule is
    'not_started: a diagnostic, all of it, soon after paying, and no mechanic wrote a word. small: a small '
    'amount, to a customer who got none lately. None: an admin decides.';
