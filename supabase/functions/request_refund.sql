-- A customer asks for money back. A rule of the policy grants it at once, or an admin decides.

create function api.request_refund(
    payment_id uuid,
    category text,
    reason text,
    amount_cents bigint default null
)
    returns uuid
    language plpgsql
    volatile
    security definer  -- customers hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    payment app.payments;
    policy app.refund_policies;
    request app.refund_requests;
    left_cents bigint;
    rule text;
begin
    perform app.lock_standing('may_continue_work');
    -- It holds the row that counts: two requests of one customer come one after the other.
    perform app.take_limit('request_refund', caller);
    if not exists (
        select
        from app.payments as p
        where p.id = request_refund.payment_id
            and p.customer_id = caller
    ) then
        raise exception 'no such payment of the caller' using errcode = 'PT404';
    end if;
    payment := app.lock_payment(request_refund.payment_id);
    if payment.status <> 'paid' then
        raise exception 'the payment was not made' using errcode = 'PT409';
    end if;
    if app.is_contested(payment.id) then
        raise exception 'the payment is contested, and the bank decides' using errcode = 'PT409';
    end if;
    if exists (
        select
        from app.refund_requests as r
        where r.payment_id = payment.id
            and r.status in ('open', 'refused')
    ) then
        raise exception 'a refund of the payment was refused, or is asked for already'
            using errcode = 'PT409';
    end if;
    policy := app.refund_policy_of(payment);
    if payment.work_done_at + policy.ask_within <= app.current_instant() then
        raise exception 'the time to ask for a refund is over' using errcode = 'PT409';
    end if;
    left_cents := app.refundable_cents(payment.id);
    if left_cents = 0 or request_refund.amount_cents > left_cents then
        raise exception 'less than that is left of the payment' using errcode = 'PT409';
    end if;

    begin
        insert into app.refund_requests (
            payment_id, customer_id, policy_version, amount_cents, category, reason, decide_by
        ) values (
            payment.id,
            caller,
            policy.version,
            coalesce(request_refund.amount_cents, left_cents),
            request_refund.category,
            app.clean_text(request_refund.reason),
            app.current_instant() + policy.decide_within
        )
        returning * into request;
    exception
        when check_violation or not_null_violation then
            raise exception 'a listed category, a reason of 1 to 2000 bytes and an amount are needed'
                using errcode = 'PT422';
    end;
    rule := app.refund_rule(request, payment);
    if rule is not null then
        perform app.grant_refund(request, payment, request.amount_cents, rule, null);
    else
        perform app.recount_payables(payment.id);
    end if;
    return request.id;
end;
$$;
comment on function api.request_refund is
    'Asks for an amount of the caller''s own payment, in cents, or for all that is left; returns the '
    'request. Until it is decided, or for the policy''s decide_within, nothing that the payment earned is '
    'sent on. PT404 not theirs, PT409 if not paid, contested at a bank, refused before, asked for already, '
    'too late, or not as much is left; PT422 without a listed category or a reason; PT429.';
grant execute on function api.request_refund to customer;
