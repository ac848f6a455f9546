-- What was withheld from a mechanic or workshop is the platform's, by an admin's decision.

create function app.forfeit_earnings(payee_id uuid, cause_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    forfeited record;
begin
    perform app.lock_payee(forfeit_earnings.payee_id);
    for forfeited in
        with owed as (
            select p.payment_id, p.part, p.payee_kind, p.currency, p.owed_cents
            from app.payables as p
            where p.payee_id = forfeit_earnings.payee_id
                and p.withheld_at is not null
                and p.owed_cents > 0
        ), marked as (
            update app.payables as p
            set forfeited_cents = p.forfeited_cents + o.owed_cents
            from owed as o
            where p.payment_id = o.payment_id
                and p.part = o.part
            returning o.payee_kind, o.currency, o.owed_cents as cents
        )
        select m.payee_kind, m.currency, sum(m.cents)::bigint as cents
        from marked as m
        group by m.payee_kind, m.currency
        order by m.currency
    loop
        perform app.post_transaction(
            'forfeited:' || forfeit_earnings.cause_id::text || ':' || forfeited.currency,
            'Forfeited',
            null,
            null,
            jsonb_build_array(
                jsonb_build_object(
                    'account', 'withheld.' || forfeited.payee_kind,
                    'owner_id', forfeit_earnings.payee_id,
                    'amount_cents', forfeited.cents
                ),
                jsonb_build_object('account', 'loss', 'amount_cents', -forfeited.cents)
            ),
            forfeited.currency
        );
    end loop;

    update app.referrals as r
    set status = 'forfeited'
    from app.payables as p
    inner join app.payments as y on p.payment_id = y.id
    inner join app.repair_quotes as q on y.quote_id = q.id
    where p.payee_id = forfeit_earnings.payee_id
        and p.part = 'referral'
        and p.forfeited_cents > 0
        and r.escalation_id = q.escalation_id
        and r.status = 'withheld';
end;
$$;
comment on function app.forfeit_earnings is
    'Moves all that is withheld from a mechanic or workshop to the account of losses, which it lessens.';
