-- Who earned what: posted once the work is done and the money is in, whichever comes last.

create function app.post_earnings(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    quote app.repair_quotes;
    referral app.referrals;
    fees app.fee_schedule;
    fee_cents bigint;
    mechanic_id uuid;
    instant timestamptz := app.current_instant();
begin
    select * into payment
    from app.payments as p
    where p.id = post_earnings.payment_id
        and p.work_done_at is not null
        and p.stripe_charge_id is not null
    for update;
    if not found then
        return;
    end if;
    select * into strict fees
    from app.fee_schedule as f
    where f.version = payment.fee_schedule_version;
    -- The fraction of a cent goes to whoever did the work.
    fee_cents := payment.amount_cents * fees.platform_fee_basis_points / 10000;

    if payment.purpose = 'diagnostic' then
        select s.mechanic_id into strict mechanic_id
        from app.diagnostic_sessions as s
        where s.id = payment.session_id;
        perform app.post_transaction(
            'done:' || payment.id::text,
            'Diagnostic done',
            payment.id,
            payment.fee_schedule_version,
            jsonb_build_array(
                jsonb_build_object(
                    'account', 'customer.held',
                    'owner_id', payment.id,
                    'amount_cents', payment.amount_cents
                ),
                jsonb_build_object(
                    'account', 'payable.mechanic',
                    'owner_id', mechanic_id,
                    'amount_cents', fee_cents - payment.amount_cents
                ),
                jsonb_build_object('account', 'platform.fee', 'amount_cents', -fee_cents)
            ),
            payment.currency
        );
    else
        select * into strict quote from app.repair_quotes as q where q.id = payment.quote_id;
        perform app.post_transaction(
            'done:' || payment.id::text,
            'Repair done',
            payment.id,
            payment.fee_schedule_version,
            jsonb_build_array(
                jsonb_build_object(
                    'account', 'customer.held',
                    'owner_id', payment.id,
                    'amount_cents', payment.amount_cents
                ),
                jsonb_build_object(
                    'account', 'payable.workshop',
                    'owner_id', quote.workshop_id,
                    'amount_cents', fee_cents - payment.amount_cents
                ),
                jsonb_build_object('account', 'platform.fee', 'amount_cents', -fee_cents)
            ),
            payment.currency
        );

        update app.referrals as r
        set status = 'earned',
            earned_at = instant,
            payable_from = instant + fees.hold
        where r.escalation_id = quote.escalation_id
            and r.status = 'pending';
        select * into referral
        from app.referrals as r
        where r.escalation_id = quote.escalation_id;
        if not found then
            return;
        end if;
        mechanic_id := referral.mechanic_id;
        perform app.post_transaction(
            'referral:' || payment.id::text,
            'Referral',
            payment.id,
            payment.fee_schedule_version,
            jsonb_build_array(
                jsonb_build_object(
                    'account', 'referral.expense', 'amount_cents', referral.amount_cents
                ),
                jsonb_build_object(
                    'account', 'payable.mechanic',
                    'owner_id', mechanic_id,
                    'amount_cents', -referral.amount_cents
                )
            ),
            referral.currency
        );
    end if;

    -- Read after the posting has locked the account: a ban sees the posting, or is seen here.
    if exists (
        select
        from app.standings as s
        where s.person_id = mechanic_id
            and s.barred_until > instant
    ) then
        perform app.withhold_earnings(mechanic_id, payment.id);
    end if;
end;
$$;
comment on function app.post_earnings is
    'Posts done:<payment> and, for a repair, referral:<payment>, by the fee schedule stamped on '
    'the payment: the fee is rounded down. A barred mechanic''s part is withheld. Posting twice '
    'changes nothing.';
