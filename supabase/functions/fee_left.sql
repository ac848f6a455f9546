-- The platform's fee of a payment, less what went back to the customer.

create function app.fee_left(payment_id uuid, reversed_cents bigint)
    returns bigint
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    left_cents bigint;
begin
    select f.cents - f.cents * fee_left.reversed_cents / f.amount_cents into strict left_cents
    from (
        select
            p.amount_cents,
            -- The fraction of a cent goes to whoever did the work.
            p.amount_cents * s.platform_fee_basis_points / 10000 as cents
        from app.payments as p
        inner join app.fee_schedule as s on p.fee_schedule_version = s.version
        where p.id = fee_left.payment_id
    ) as f;
    return left_cents;
end;
$$;
comment on function app.fee_left is
    'In cents, by the fee schedule stamped on the payment, rounded down; of what is given back '
    'the floor of the total, so that nothing is left of a fee when all is given back.';
