-- What the facts about one payment add up to.

create function app.recount_payment(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    sums record;
    surplus_cents bigint;
    surplus_reversed_cents bigint;
begin
    select
        p.amount_cents,
        f.charged_cents,
        f.refunded_cents,
        f.withdrawn_cents,
        r.cents as refunds_cents,
        l.cents as lost_cents
    into strict sums
    from app.payments as p
    cross join lateral (
        select
            coalesce(sum(x.amount_cents) filter (where x.kind = 'charge'), 0) as charged_cents,
            coalesce(sum(x.amount_cents) filter (where x.kind = 'refund'), 0)
            - coalesce(sum(x.amount_cents) filter (where x.kind = 'refund_failure'), 0)
                as refunded_cents,
            coalesce(sum(x.amount_cents) filter (where x.kind = 'dispute_withdrawal'), 0)
            - coalesce(sum(x.amount_cents) filter (where x.kind = 'dispute_reinstatement'), 0)
                as withdrawn_cents
        from app.money_facts as x
        where x.payment_id = p.id
    ) as f
    cross join lateral (
        select coalesce(sum(y.cents), 0) as cents
        from (
            select max(x.amount_cents) as cents
            from app.money_facts as x
            where x.payment_id = p.id
                and x.kind = 'refund'
            group by coalesce(x.refund_id::text, x.id)
        ) as y
    ) as r
    cross join lateral (
        -- Lost is what did not come back: a lost dispute may be reinstated all the same.
        select coalesce(sum(least(d.amount_cents, greatest(y.cents, 0))), 0) as cents
        from app.disputes as d
        cross join lateral (
            select
                sum(
                    case x.kind
                        when 'dispute_withdrawal' then x.amount_cents
                        else -x.amount_cents
                    end
                ) as cents
            from app.money_facts as x
            where x.payment_id = p.id
                and x.about = d.id
        ) as y
        where d.payment_id = p.id
            and d.status = 'lost'
            and y.cents is not null
    ) as l
    where p.id = recount_payment.payment_id;

    -- Who paid twice gets the second charge back first.
    surplus_cents := greatest(sums.charged_cents - sums.amount_cents, 0);
    surplus_reversed_cents := least(surplus_cents, sums.refunds_cents + sums.lost_cents);
    update app.payments as p
    set charged_cents = sums.charged_cents,
        refunded_cents = sums.refunded_cents,
        refund_owed_cents = surplus_cents - surplus_reversed_cents
            + sums.refunds_cents - sums.refunded_cents,
        withdrawn_cents = sums.withdrawn_cents,
        lost_cents = sums.lost_cents,
        reversed_cents = least(
            sums.charged_cents - surplus_cents,
            sums.refunds_cents + sums.lost_cents - surplus_reversed_cents
        ),
        excess_cents = greatest(
            sums.refunds_cents + sums.lost_cents - surplus_reversed_cents
            - sums.charged_cents + surplus_cents,
            0
        )
    where p.id = recount_payment.payment_id;
    perform app.recount_payables(recount_payment.payment_id);
end;
$$;
comment on function app.recount_payment is
    'Counts the payment''s facts again, and what its payees are owed. The caller holds the locks of '
    'app.lock_payment and app.lock_ledger.';
