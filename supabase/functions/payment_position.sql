-- What the ledger holds because of one payment: it follows from the payment's totals alone.

create function app.payment_position(payment_id uuid)
    returns table (part text, account text, owner_id uuid, amount_cents bigint)
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return query
    select 'work', l.account, l.owner_id, l.amount_cents
    from app.payments as p
    cross join lateral (
        values
            ('stripe.balance', null, p.charged_cents - p.refunded_cents - p.withdrawn_cents),
            ('stripe.dispute_receivable', null, p.withdrawn_cents - p.lost_cents),
            ('customer.refund_owed', p.id, -p.refund_owed_cents),
            ('loss', null, p.excess_cents),
            (
                'customer.held', p.id,
                case
                    when p.earned_at is null
                        then p.reversed_cents - least(p.charged_cents, p.amount_cents)
                    else 0
                end
            ),
            (
                'platform.fee', null,
                case
                    when p.earned_at is null then 0
                    else -app.fee_left(p.id, p.reversed_cents)
                end
            )
    ) as l (account, owner_id, amount_cents)
    where p.id = payment_position.payment_id
    union all
    select p.part, l.account, l.owner_id, l.amount_cents
    from app.payables as p
    cross join lateral (
        values
            ('stripe.balance', null, p.returned_cents - p.sent_cents),
            ('loss', null, -p.forfeited_cents),
            ('referral.expense', null, case p.part when 'referral' then p.earned_cents else 0 end),
            (
                case
                    when p.owed_cents < 0 then 'receivable.'
                    when p.withheld_at is null then 'payable.'
                    else 'withheld.'
                end || p.payee_kind,
                p.payee_id,
                -p.owed_cents
            )
    ) as l (account, owner_id, amount_cents)
    where p.payment_id = payment_position.payment_id;
end;
$$;
comment on function app.payment_position is
    'Debit positive. Part: the payment with whoever did the work, or the referral. Each part adds up '
    'to zero, but for what was offset against another payment.';
