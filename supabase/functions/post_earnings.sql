-- Who earned what: posted once the work is done and the money is in, whichever comes last.

create function app.post_earnings(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    before jsonb;
    instant timestamptz := app.current_instant();
begin
    select * into payment
    from app.payments as p
    where p.id = post_earnings.payment_id
        and p.work_done_at is not null
        and p.earned_at is null
        and exists (
            select
            from app.money_facts as f
            where f.payment_id = p.id
                and f.kind = 'charge'
        )
    for update;
    if not found then
        return;
    end if;

    before := app.begin_posting(payment.id);
    update app.payments as p
    set earned_at = instant
    where p.id = payment.id;
    update app.payables as p
    set earned_at = instant,
        held_until = instant + f.hold
    from app.fee_schedule as f
    where p.payment_id = payment.id
        and f.version = payment.fee_schedule_version;
    update app.referrals as r
    -- One that is withheld stays so, and is earned all the same.
    set status = case r.status when 'pending' then 'earned' else r.status end,
        earned_at = instant,
        payable_from = p.held_until
    from app.payables as p, app.repair_quotes as q
    where p.payment_id = payment.id
        and p.part = 'referral'
        and q.id = payment.quote_id
        and r.escalation_id = q.escalation_id
        and r.status in ('pending', 'withheld');
    perform app.post_difference(
        payment.id,
        before,
        'done:' || payment.id::text,
        case payment.purpose when 'diagnostic' then 'Diagnostic done' else 'Repair done' end,
        'Referral'
    );

    -- Read after the payees are locked: a ban sees this posting, or is seen here.
    perform app.withhold_earnings(p.payee_id, payment.id, payment.id)
    from app.payables as p
    inner join app.standings as s on p.payee_id = s.holder_id
    where p.payment_id = payment.id
        and s.barred_until > instant
        and s.barred_from <= instant;
end;
$$;
comment on function app.post_earnings is
    'Posts done:<payment> and, for a repair, done:<payment>:referral, by the fee schedule stamped on '
    'the payment. The part of a barred payee is withheld. Posting twice changes nothing.';
