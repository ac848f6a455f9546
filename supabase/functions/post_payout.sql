-- Posts what a payout of the platform's has come to.

create function app.post_payout(before app.payouts, payout app.payouts)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform app.post_transaction(
        'payout:' || payout.id
        || case
            when payout.failed_at is not null then ':failed'
            when payout.paid_at is not null then ':paid'
            else ''
        end,
        case
            when payout.failed_at is not null then 'Payout came back'
            else 'Payout'
        end,
        null,
        null,
        (
            select jsonb_agg(to_jsonb(m))
            from (
                select l.account, sum(l.amount_cents) as amount_cents
                from (
                    select a.account, a.amount_cents from app.payout_position(payout) as a
                    union all
                    select b.account, -b.amount_cents from app.payout_position(before) as b
                ) as l
                group by l.account
            ) as m
        ),
        payout.currency
    );
end;
$$;
comment on function app.post_payout is
    'Posts the position of the payout less the one before; nothing when nothing moved.';
