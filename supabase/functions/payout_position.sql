-- What the ledger is to hold because of one payout.

create function app.payout_position(payout app.payouts)
    returns table (account text, amount_cents bigint)
    language sql
    immutable
    set search_path = ''
as $$
    select l.account, l.amount_cents
    from (
        values
            (
                case when payout.paid_at is null then 'payout.in_transit' else 'bank' end,
                payout.amount_cents
            ),
            ('stripe.balance', -payout.amount_cents)
    ) as l (account, amount_cents)
    where payout.id is not null
        and payout.failed_at is null;
$$;
comment on function app.payout_position is 'Debit positive; nothing once it has come back.';
