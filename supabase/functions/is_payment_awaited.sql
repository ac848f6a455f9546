-- Whether a payment would still set something going.

create function app.is_payment_awaited(payment_id uuid)
    returns boolean
    language sql
    stable
    set search_path = ''
as $$
    select exists (
        select
        from app.payments as p
        inner join app.diagnostic_sessions as s on p.session_id = s.id
        where p.id = is_payment_awaited.payment_id
            and s.status = 'requested'
            and s.pay_by > app.current_instant()
    ) or exists (
        select
        from app.payments as p
        inner join app.repair_quotes as q on p.quote_id = q.id
        cross join app.settings as t
        where p.id = is_payment_awaited.payment_id
            and q.status = 'approved'
            and q.decided_at + t.pay_repair_within > app.current_instant()
    );
$$;
comment on function app.is_payment_awaited is
    'Whether the session or quote is still there to be paid, by its state and by the clock.';
