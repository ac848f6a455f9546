-- What of a payment has neither gone back to the customer nor is owed to them.

create function app.refundable_cents(payment_id uuid)
    returns bigint
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    left_cents bigint;
begin
    select p.amount_cents - p.reversed_cents - coalesce(sum(r.amount_cents), 0) into strict left_cents
    from app.payments as p
    left join app.refunds as r
        on p.id = r.payment_id
        and not r.is_surplus
        -- Once a refund was told of, it counts among what went back.
        and not exists (
            select
            from app.money_facts as f
            where f.refund_id = r.id
        )
    where p.id = refundable_cents.payment_id
    group by p.id;
    return greatest(left_cents, 0);
end;
$$;
comment on function app.refundable_cents is
    'The payment less refunds, lost disputes and what is owed back already, a refund that failed among it.';
