-- Who is to be paid of a payment, once it is known who does the work.

create function app.open_payables(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    insert into app.payables (payment_id, part, payee_kind, payee_id, about_id, currency)
    select p.id, 'work', 'mechanic', s.mechanic_id, s.id, p.currency
    from app.payments as p
    inner join app.diagnostic_sessions as s on p.session_id = s.id
    where p.id = open_payables.payment_id
        and s.mechanic_id is not null
    union all
    select p.id, 'work', 'workshop', q.workshop_id, q.offer_id, p.currency
    from app.payments as p
    inner join app.repair_quotes as q on p.quote_id = q.id
    where p.id = open_payables.payment_id
    union all
    select p.id, 'referral', 'mechanic', e.mechanic_id, e.id, p.currency
    from app.payments as p
    inner join app.repair_quotes as q on p.quote_id = q.id
    inner join app.escalations as e on q.escalation_id = e.id
    where p.id = open_payables.payment_id
    on conflict do nothing;
end;
$$;
comment on function app.open_payables is
    'The mechanic of a diagnostic; the workshop of a repair, and the mechanic who referred it. Called '
    'when the work is done: nobody takes over after that.';
