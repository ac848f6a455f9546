-- Until when what a payment earned waits for a refund that was asked for.

create function app.refund_awaited_until(payment_id uuid)
    returns timestamptz
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return (
        select max(q.decide_by)
        from app.refund_requests as q
        where q.payment_id = refund_awaited_until.payment_id
            and (
                q.status = 'open'
                -- Granted, and not told of by Stripe yet: what is sent now would be taken back.
                or q.status = 'granted'
                and not exists (
                    select
                    from app.refunds as r
                    inner join app.money_facts as f on r.id = f.refund_id
                    where r.refund_request_id = q.id
                )
            )
    );
end;
$$;
comment on function app.refund_awaited_until is 'None: no refund is asked for, or it was made.';
