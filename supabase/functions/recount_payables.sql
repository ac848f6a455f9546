-- What a payment owes to its payees, from what came in and went back.

create function app.recount_payables(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    frozen boolean := exists (
        select
        from app.disputes as d
        where d.payment_id = recount_payables.payment_id
            and d.is_open
    ) or exists (
        select
        from app.fraud_warnings as w
        where w.payment_id = recount_payables.payment_id
            and w.settled_at is null
    );
begin
    -- Cumulative floor: refunds in whatever pieces end at exactly nothing.
    update app.payables as p
    set is_disputed = frozen,
        refund_asked_until = app.refund_awaited_until(recount_payables.payment_id),
        earned_cents = e.earned_cents,
        sent_cents = e.sent_cents,
        returned_cents = e.returned_cents,
        -- What was forfeited is the platform's only as far as it was still earned.
        forfeited_cents = least(
            p.forfeited_cents,
            greatest(e.earned_cents - e.sent_cents + e.returned_cents + p.offset_cents, 0)
        )
    from (
        select
            x.part,
            case
                when y.earned_at is null then 0
                when x.part = 'work'
                    then y.amount_cents - y.reversed_cents - app.fee_left(y.id, y.reversed_cents)
                else coalesce(
                    r.amount_cents - r.amount_cents * y.reversed_cents / y.amount_cents, 0
                )
            end as earned_cents,
            f.sent_cents,
            f.returned_cents
        from app.payables as x
        inner join app.payments as y on x.payment_id = y.id
        left join app.repair_quotes as q on y.quote_id = q.id
        left join app.referrals as r on q.escalation_id = r.escalation_id
        cross join lateral (
            select
                coalesce(sum(z.amount_cents) filter (where z.kind = 'transfer'), 0) as sent_cents,
                coalesce(sum(z.amount_cents) filter (where z.kind = 'transfer_reversal'), 0)
                    as returned_cents
            from app.money_facts as z
            where z.payment_id = x.payment_id
                and z.part = x.part
        ) as f
        where x.payment_id = recount_payables.payment_id
    ) as e
    where p.payment_id = recount_payables.payment_id
        and p.part = e.part;

    update app.referrals as r
    set status = s.status
    from (
        select
            q.escalation_id,
            case
                when p.earned_cents = 0 then 'reversed'
                when p.sent_cents - p.returned_cents >= p.earned_cents then 'paid'
                when x.status = 'reversed' then 'earned'
                else x.status
            end as status
        from app.payables as p
        inner join app.payments as y on p.payment_id = y.id
        inner join app.repair_quotes as q on y.quote_id = q.id
        inner join app.referrals as x on q.escalation_id = x.escalation_id
        where p.payment_id = recount_payables.payment_id
            and p.part = 'referral'
            and y.earned_at is not null
            and x.status <> 'pending'
            and x.amount_cents > 0
    ) as s
    where r.escalation_id = s.escalation_id
        and r.status <> s.status;
end;
$$;
comment on function app.recount_payables is
    'Writes down what each payee earned, was sent and gave back, whether a dispute or a request '
    'stops it, and what became of the referral.';
