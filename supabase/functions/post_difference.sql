-- Posts what a new fact about a payment changes.

create function app.post_difference(
    payment_id uuid,
    before jsonb,
    source_key text,
    description text,
    referral_description text
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform app.recount_payment(post_difference.payment_id);
    perform app.post_transaction(
        post_difference.source_key || case d.part when 'referral' then ':referral' else '' end,
        case d.part
            when 'referral' then post_difference.referral_description
            else post_difference.description
        end,
        p.id,
        p.fee_schedule_version,
        d.postings,
        p.currency
    )
    from (
        select m.part, jsonb_agg(to_jsonb(m) - 'part') as postings
        from (
            select c.part, c.account, c.owner_id, sum(c.amount_cents) as amount_cents
            from (
                select a.part, a.account, a.owner_id, a.amount_cents
                from app.payment_position(post_difference.payment_id) as a
                union all
                select b.part, b.account, b.owner_id, -b.amount_cents
                from jsonb_to_recordset(post_difference.before)
                    as b (part text, account text, owner_id uuid, amount_cents bigint)
            ) as c
            group by c.part, c.account, c.owner_id
        ) as m
        group by m.part
    ) as d
    inner join app.payments as p on p.id = post_difference.payment_id;
end;
$$;
comment on function app.post_difference is
    'Posts the position of the payment less the one before the fact (of app.begin_posting), once a '
    'source key; nothing when nothing moved. The referral''s part is a transaction of its own.';
