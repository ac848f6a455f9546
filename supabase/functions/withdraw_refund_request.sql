-- A customer no longer wants their money back.

create function api.withdraw_refund_request(refund_request_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    payment app.payments;
begin
    perform app.lock_standing('may_continue_work');
    select p.* into payment
    from app.refund_requests as r
    cross join app.lock_payment(r.payment_id) as p
    where r.id = withdraw_refund_request.refund_request_id
        and r.customer_id = app.current_person_id();
    if not found then
        raise exception 'no such request of the caller' using errcode = 'PT404';
    end if;
    update app.refund_requests as r
    set status = 'withdrawn',
        settled_at = app.current_instant()
    where r.id = withdraw_refund_request.refund_request_id
        and r.status = 'open';
    if not found then
        raise exception 'the request is settled already' using errcode = 'PT409';
    end if;
    perform app.recount_payables(payment.id);
end;
$$;
comment on function api.withdraw_refund_request is
    'Takes back the caller''s open request. PT404 if it is not theirs, PT409 once it is settled.';
grant execute on function api.withdraw_refund_request to customer;
