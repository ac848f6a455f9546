-- What a paid repair sets going: the workshop may begin, the mechanic has a referral coming.

create function app.escalation_paid(quote_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    quote app.repair_quotes;
    referred_by uuid;
begin
    update app.repair_quotes as q
    set status = 'paid'
    where q.id = escalation_paid.quote_id
    returning * into strict quote;
    update app.escalations as e
    set status = 'paid'
    where e.id = quote.escalation_id;

    -- Rounded down, by the fee schedule that the payment was opened with.
    insert into app.referrals as r (escalation_id, mechanic_id, amount_cents, currency)
    select
        e.id,
        e.mechanic_id,
        p.amount_cents * f.referral_basis_points / 10000,
        p.currency
    from app.escalations as e
    inner join app.payments as p on p.quote_id = quote.id
    inner join app.fee_schedule as f on p.fee_schedule_version = f.version
    where e.id = quote.escalation_id
    returning r.mechanic_id into referred_by;

    perform app.tell(referred_by, 'referral_pending', quote.escalation_id);
    perform app.tell(quote.customer_id, 'repair_paid', quote.escalation_id);
    perform app.tell_workshop(quote.workshop_id, 'repair_paid', quote.id);
end;
$$;
comment on function app.escalation_paid is
    'Moves an approved quote and its escalation to paid and opens the referral. The caller holds '
    'app.lock_payment''s locks. PT409 in any other state.';
