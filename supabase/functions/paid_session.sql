-- The diagnostic session behind a payment: the one it pays, or the one that led to the repair.

create function app.paid_session(payment app.payments)
    returns uuid
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return coalesce(
        payment.session_id,
        (
            select e.session_id
            from app.repair_quotes as q
            inner join app.escalations as e on q.escalation_id = e.id
            where q.id = payment.quote_id
        )
    );
end;
$$;
comment on function app.paid_session is 'Its id.';
