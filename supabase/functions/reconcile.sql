-- Stripe's account of our balance against the ledger's, line by line, to the cent.

create function backend.reconcile(lines jsonb, since timestamptz)
    returns table (
        source_key text,
        stripe_id text,
        stripe_cents bigint,
        ledger_cents bigint,
        currency text
    )
    language plpgsql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    return query
    with told as (
        -- What a line moved, and what it cost: two facts, as the ledger has them.
        select
            case
                when l.type in ('charge', 'payment') then 'charge:' || l.source
                when l.type in ('refund', 'payment_refund') then 'refund:' || l.source
                when l.type in ('refund_failure', 'payment_failure_refund')
                    then 'refund_failure:' || l.id
                when l.type = 'transfer' then 'transfer:' || l.source
                when l.type = 'transfer_refund' then 'transfer_reversal:' || l.source
                when l.type = 'payout' then 'payout:' || l.source
                when l.type in ('payout_failure', 'payout_cancel') then 'payout:' || l.source || ':failed'
                when l.type = 'adjustment' and l.source ~ '^(dp|du)_' then
                    case
                        when l.amount < 0 then 'dispute_withdrawal:'
                        else 'dispute_reinstatement:'
                    end || l.id
                -- Nothing that the ledger knows: Stripe's word for it.
                else l.type || ':' || l.id
            end as source_key,
            l.id,
            l.amount,
            l.currency
        from jsonb_to_recordset(reconcile.lines)
            as l (id text, type text, source text, amount bigint, currency text)
        where l.amount <> 0
        union all
        select 'fee:' || l.id, l.id, -l.fee, l.currency
        from jsonb_to_recordset(reconcile.lines) as l (id text, fee bigint, currency text)
        where l.fee <> 0
    ), posted as (
        select
            -- Stripe tells no work from a referral.
            regexp_replace(t.source_key, ':referral$', '') as source_key,
            e.amount_cents,
            e.currency,
            t.posted_at
        from app.ledger_entries as e
        inner join app.ledger_transactions as t on e.transaction_id = t.id
        inner join app.ledger_accounts as a on e.account_id = a.id
        where a.name = 'stripe.balance'
            and (
                t.posted_at >= reconcile.since + interval '1 day'
                or regexp_replace(t.source_key, ':referral$', '')
                in (select d.source_key from told as d)
            )
    )
    select
        coalesce(d.source_key, p.source_key),
        d.id,
        coalesce(d.amount, 0)::bigint,
        coalesce(p.amount_cents, 0)::bigint,
        coalesce(d.currency, p.currency)
    from told as d
    full join posted as p on d.source_key = p.source_key
    where d.amount is distinct from p.amount_cents
        or d.currency is distinct from p.currency
    order by 1;
end;
$$;
comment on function backend.reconcile is
    'Differences between Stripe''s balance transactions (id, type, source, amount, fee, currency) and '
    'the postings to stripe.balance, in cents; none is empty. Lines: all since then. Postings of the '
    'first day after it are compared only if a line is about them.';
grant execute on function backend.reconcile to worker;
