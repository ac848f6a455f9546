-- An admin grants a refund that a customer asked for, all or a part of it, or refuses it.

create function api.decide_refund_request(
    refund_request_id uuid,
    decision text,
    reason text,
    amount_cents bigint default null
)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    payment app.payments;
    request app.refund_requests;
    granted_cents bigint;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' or coalesce(decision, '') not in ('granted', 'refused') then
        raise exception 'granted or refused, and a reason, are needed' using errcode = 'PT422';
    end if;
    select p.* into payment
    from app.refund_requests as r
    cross join app.lock_payment(r.payment_id) as p
    where r.id = decide_refund_request.refund_request_id;
    if not found then
        raise exception 'no such request' using errcode = 'PT404';
    end if;
    -- A statement of its own: it sees what whoever held the payment before has done.
    select * into request
    from app.refund_requests as r
    where r.id = decide_refund_request.refund_request_id;
    if request.status <> 'open' then
        raise exception 'the request is settled already' using errcode = 'PT409';
    end if;

    if decision = 'granted' then
        granted_cents := coalesce(decide_refund_request.amount_cents, request.amount_cents);
        if granted_cents not between 1 and request.amount_cents then
            raise exception 'something is granted, and not more than was asked for'
                using errcode = 'PT422';
        end if;
        if granted_cents > app.refundable_cents(payment.id) then
            raise exception 'less than that is left of the payment' using errcode = 'PT409';
        end if;
        perform app.grant_refund(request, payment, granted_cents, null, app.clean_text(reason));
    else
        if decide_refund_request.amount_cents is not null then
            raise exception 'a refusal has no amount' using errcode = 'PT422';
        end if;
        update app.refund_requests as r
        set status = 'refused',
            settled_at = app.current_instant(),
            decided_by = app.current_person_id(),
            decision_reason = app.clean_text(decide_refund_request.reason)
        where r.id = request.id;
        perform app.tell(payment.customer_id, 'refund_refused', request.id);
        perform app.recount_payables(payment.id);
    end if;
    perform app.log_action(
        'decide_refund_request', 'refund_request', request.id, reason,
        jsonb_build_object('decision', decision, 'cents', coalesce(granted_cents, 0))
    );
end;
$$;
comment on function api.decide_refund_request is
    'Grants an open request, whole or in part (cents), or refuses it, which is final for its payment; the '
    'customer reads the reason. PT404 none, PT409 settled already or not as much is left, PT422 for bad '
    'input, PT403 for a dismissed admin.';
grant execute on function api.decide_refund_request to platform_admin;
