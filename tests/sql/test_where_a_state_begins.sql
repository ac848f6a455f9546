-- Where does each state machine begin, whoever makes the row?

begin;
select plan(9);

select throws_ok(
    $$
        insert into app.diagnostic_sessions (
            customer_id, mechanic_id, status, category, fee_schedule_version, pay_by
        )
        select customer_id, mechanic_id, 'completed', category, fee_schedule_version, pay_by
        from app.diagnostic_sessions
        where status = 'active'
    $$,
    'PT409', null, 'no session begins completed'
);
select throws_ok(
    $$
        insert into app.diagnostic_sessions (
            customer_id, status, category, fee_schedule_version, pay_by
        )
        select customer_id, 'paid', category, fee_schedule_version, pay_by
        from app.diagnostic_sessions
        where status = 'active'
    $$,
    'PT409', null, 'nor paid'
);
select throws_ok(
    $$
        insert into app.escalations (session_id, customer_id, mechanic_id, status, category, city_id)
        select s.id, s.customer_id, s.mechanic_id, 'offered', s.category, tests.id('Springfield')
        from app.diagnostic_sessions as s
        where s.id = tests.id('ana active')
    $$,
    'PT409', null, 'no escalation begins offered'
);
select throws_ok(
    $$
        insert into app.offers (
            escalation_id, workshop_id, wave, rank, eligible_count, config_version, score, terms,
            status, accept_by, visible_until
        )
        select
            escalation_id, tests.id('Lakeview Repairs'), wave, rank, eligible_count, config_version,
            score, terms, 'accepted', accept_by, visible_until
        from app.offers
        where id = tests.id('ana escalated offer to Harbor Auto')
    $$,
    'PT409', null, 'no offer begins accepted'
);
select throws_ok(
    $$
        insert into app.repair_quotes (
            offer_id, escalation_id, workshop_id, customer_id, version, status, distance_km
        )
        select offer_id, escalation_id, workshop_id, customer_id, version + 1, 'sent', distance_km
        from app.repair_quotes
        where id = tests.id('ana escalated quote of Northside Garage')
    $$,
    'PT409', null, 'no quote begins sent'
);
select throws_ok(
    $$
        insert into app.payments (
            customer_id, purpose, quote_id, amount_cents, currency, fee_schedule_version, status
        )
        select
            tests.id('ana'), 'repair', tests.id('ana escalated quote of Northside Garage'), 80000,
            'usd', 1, 'paid'
    $$,
    'PT409', null, 'no payment begins paid'
);
select throws_ok(
    $$
        insert into app.refund_requests (
            payment_id, customer_id, policy_version, amount_cents, category, reason, status, decide_by,
            settled_at, rule, granted_cents
        ) values (
            tests.id('ana active payment'), tests.id('ana'), 1, 2500, 'other', 'It grinds.', 'granted', now(),
            now(), 'small', 2500
        )
    $$,
    'PT409', null, 'no refund request begins granted'
);
select throws_ok(
    $$
        insert into app.referrals (escalation_id, mechanic_id, status, amount_cents, currency)
        values (
            tests.id('ana escalated escalation'), tests.id('max'), 'earned', 4000, 'usd'
        )
    $$,
    'PT409', null, 'no referral begins earned'
);
select throws_ok(
    $$ update app.fee_schedule set effective_from = now() + interval '1 day' where version = 1 $$,
    '23001', null, 'and a fee schedule in force is not put off'
);

select * from finish();
rollback;
