-- What a customer has to pay: at today's fee schedule, whatever it says when the money comes.

create function app.open_payment(
    purpose text,
    subject_id uuid,
    customer_id uuid,
    amount_cents bigint
)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment_id uuid;
begin
    insert into app.payments (
        customer_id, purpose, session_id, quote_id, amount_cents, currency, fee_schedule_version
    )
    select
        open_payment.customer_id,
        open_payment.purpose,
        case open_payment.purpose when 'diagnostic' then open_payment.subject_id end,
        case open_payment.purpose when 'repair' then open_payment.subject_id end,
        open_payment.amount_cents,
        coalesce(q.currency, f.currency),
        f.version
    from app.fee_schedule as f
    left join app.repair_quotes as q
        on open_payment.purpose = 'repair' and q.id = open_payment.subject_id
    where f.version = app.current_fee_schedule_version()
    returning id into strict payment_id;
    return payment_id;
end;
$$;
comment on function app.open_payment is
    'Opens the payment of a session (diagnostic) or a quote (repair), in cents; returns its id.';
