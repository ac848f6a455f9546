-- What evidence says of the money of a payment: charges, disputes, refunds, and what was asked for.

create function app.evidence_of_money(payment app.payments)
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return jsonb_build_object(
        'payment', jsonb_build_object(
            'id', payment.id,
            'purpose', payment.purpose,
            'amount_cents', payment.amount_cents,
            'currency', payment.currency,
            'paid_at', payment.paid_at,
            'work_done_at', payment.work_done_at
        ),
        'charges', (
            select coalesce(jsonb_agg(
                jsonb_build_object('id', f.id, 'amount_cents', f.amount_cents, 'told_at', f.learned_at)
                order by f.learned_at, f.id
            ), '[]')
            from app.money_facts as f
            where f.payment_id = payment.id
                and f.kind = 'charge'
        ),
        'disputes', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', d.id,
                    'charge', d.stripe_charge_id,
                    'amount_cents', d.amount_cents,
                    'reason', d.reason,
                    'status', d.status,
                    'opened_at', d.opened_at,
                    'evidence_due_by', d.evidence_due_by
                )
                order by d.opened_at, d.id
            ), '[]')
            from app.disputes as d
            where d.payment_id = payment.id
        ),
        'refunds', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', f.id,
                    'amount_cents', f.amount_cents,
                    'told_at', f.learned_at,
                    'failed', exists (
                        select
                        from app.money_facts as b
                        where b.about = f.id
                            and b.kind = 'refund_failure'
                    )
                )
                order by f.learned_at, f.id
            ), '[]')
            from app.money_facts as f
            where f.payment_id = payment.id
                and f.kind = 'refund'
        ),
        'refund_requests', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'amount_cents', r.amount_cents,
                    'category', r.category,
                    'reason', r.reason,
                    'asked_at', r.asked_at,
                    'status', r.status,
                    'settled_at', r.settled_at,
                    'granted_cents', r.granted_cents,
                    'decision_reason', r.decision_reason
                )
                order by r.asked_at, r.id
            ), '[]')
            from app.refund_requests as r
            where r.payment_id = payment.id
        ),
        'refund_policy', (
            select jsonb_build_object(
                'version', p.version,
                'days_to_ask', extract(epoch from p.ask_within)::float8 / 86400,
                'hours_to_regret', extract(epoch from p.unstarted_within)::float8 / 3600
            )
            from app.refund_policy_of(payment) as p
        )
    );
end;
$$;
comment on function app.evidence_of_money is
    'In cents. Nothing of the card or its holder, which Stripe knows and we do not.';
