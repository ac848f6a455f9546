-- What can a platform admin see?

begin;
select plan(20);

select tests.reaches_exactly('platform_admin', $$
api.admin_appeals
    appellant_id, created_at, holder_id, id, restricted_by, restriction_id, review_reason,
    reviewed_at, reviewed_by, seconded_by, statement, status
api.admin_audit_log
    action, actor_id, at, details, id, reason, subject, subject_id
api.admin_books
    currency, gross_income_cents, held_for_customers_cents, net_of_referral_cents,
    payable_cents, receivable_cents, referral_expense_cents, refund_owed_cents, result_cents,
    stripe_fee_cents, trial_balance_cents, withheld_cents
api.admin_conduct_steps
    days, kind, step
api.admin_conflicts_of_interest
    mechanic_id, reason, workshop_id
api.admin_customers
    city_id, first_name, last_initial, person_id
api.admin_disputes
    amount_cents, evidence_due_by, id, is_open, opened_at, payment_id, reason, status,
    stripe_charge_id, told_at
api.admin_escalations
    category, city_id, created_at, customer_id, ended_at, id, mechanic_id, session_id,
    status, wave
api.admin_fee_schedule
    currency, diagnostic_price_cents, effective_from, hold, platform_fee_basis_points,
    referral_basis_points, version
api.admin_flags
    claimed_by, claimed_until, created_at, decided_at, decided_by, decision_reason, id, kinds,
    message_id, note, person_id, piece_ids, proposed_by, raised_by, reason_codes, reporter_id,
    severity, status, thread_id
api.admin_fraud_warnings
    fraud_type, id, payment_id, settled_at, warned_at
api.admin_intakes
    concern, photo_count, session_id, vehicle_colour, vehicle_make, vehicle_model, vehicle_year,
    video_count, vin
api.admin_invitations
    accepted_at, accepted_by, created_at, expires_at, id, invited_by, persona, revoked_at,
    workshop_id
api.admin_ledger_accounts
    balance_cents, currency, id, name, owner_id
api.admin_ledger_differences
    cause, currency, found_at, ledger_cents, source_key, stripe_cents, stripe_id
api.admin_ledger_entries
    account, account_id, amount_cents, currency, description, held_until, owner_id,
    posted_at, transaction_id
api.admin_ledger_transactions
    description, fee_schedule_version, id, payment_id, posted_at, source_key
api.admin_mechanics
    display_name, person_id
api.admin_offers
    accept_by, answered_at, config_version, decline_code, eligible_count, escalation_id, id,
    offered_at, quote_by, rank, score, status, taken_back_at, terms, visible_until, wave,
    workshop_id, workshop_name
api.admin_payables
    about_id, currency, earned_at, earned_cents, forfeited_cents, held_until, id, is_disputed,
    offset_cents, owed_cents, part, payee_id, payee_kind, payment_id, refund_asked_until,
    returned_cents, sent_cents, withheld_at
api.admin_payments
    amount_cents, created_at, currency, earned_at, failure, fee_schedule_version, id, paid_at,
    purpose, quote_id, refund_cents, refund_failure, refund_reason, refund_requested_at,
    refund_status, refunded_cents, session_id, status, work_done_at
api.admin_payouts
    amount_cents, currency, failed_at, failure, id, paid_at, stripe_account_id, told_at
api.admin_people
    created_at, id, persona
api.admin_quotes
    created_at, currency, customer_id, decided_at, distance_km, escalation_id, id,
    labour_cents, notes, offer_id, parts_cents, sent_at, status, tax_cents, total_cents,
    valid_until, version, warranty_months, workshop_id
api.admin_referrals
    amount_cents, created_at, currency, earned_at, escalation_id, id, mechanic_id,
    payable_from, status
api.admin_refund_policies
    ask_within, decide_within, effective_from, small_cents, small_once_within, unstarted_within,
    version
api.admin_refund_requests
    amount_cents, asked_at, category, decide_by, decided_by, decision_reason, granted_cents, id,
    is_automated, payment_id, policy_version, reason, refund_failure, refund_status, rule,
    settled_at, status
api.admin_sessions
    accept_by, accepted_at, category, customer_id, diagnosis, ended_at, fee_schedule_version, id,
    mechanic_id, mechanic_name, paid_at, pay_by, recommended_services, requested_at, status,
    summary
api.admin_standings
    barred_until, person_id, suspended_until, workshop_id
api.admin_stripe_events
    applied_at, created_at, deliveries, id, reason, received_at, state, type
api.admin_threads
    created_at, flagged_at, id, is_open, last_position, offer_id, session_id
api.admin_topics
    moderation
api.admin_violations
    clause, decided_at, decided_by, facts, flag_id, holder_id, id, overturned_at, person_id,
    seconded_by, severity
api.admin_workshop_members
    joined_at, person_id, removed_at, workshop_id
api.admin_workshops
    city_id, created_at, id, name, open_bays, payouts_enabled, price_index, radius_m,
    rating_count, rating_sum, takes_escalations
api.cities
    country, id, name, region
api.messages
    body, id, kind, position, quote_id, sender, sent_at, thread_id
api.my_account
    created_at, email, full_name, id, persona, phone, postal_code, street
api.notices
    about_id, created_at, id, kind
api.payout_account
    disconnected_at, owner_id, payouts_enabled, requirements_due, transfers
api.restrictions
    appeal_by, automated, clause, ends_at, evidence_ids, facts, holder_id, id, jurisdiction,
    kind, lift_reason, lifted_at, noticed_at, off_platform, starts_at, step, violation_id
api.services
    code, name
api.workshops
    city, id, name, rating, rating_count, region, services
app.appeals
    appellant_id, created_at, holder_id, id, restricted_by, restriction_id, review_reason,
    reviewed_at, reviewed_by, seconded_by, statement, status
app.audit_log
    action, actor_id, at, details, id, reason, subject, subject_id
app.cities
    country, id, name, region
app.conduct_steps
    days, kind, step
app.conflicts_of_interest
    mechanic_id, reason, workshop_id
app.connected_accounts
    disconnected_at, owner_id, payouts_enabled, requirements_due, transfers
app.contact_details
    email, full_name, person_id, phone, postal_code, street
app.contact_flags
    claimed_by, claimed_until, created_at, decided_at, decided_by, decision_reason, id, kinds,
    message_id, note, person_id, piece_ids, proposed_by, raised_by, reason_codes, reporter_id,
    severity, status, thread_id
app.customers
    city_id, first_name, last_initial, person_id
app.diagnostic_sessions
    accept_by, accepted_at, category, customer_id, diagnosis, ended_at, fee_schedule_version, id,
    mechanic_id, mechanic_name, paid_at, pay_by, recommended_services, requested_at, status,
    summary
app.disputes
    amount_cents, evidence_due_by, id, is_open, opened_at, payment_id, reason, status,
    stripe_charge_id, told_at
app.escalations
    category, city_id, created_at, customer_id, ended_at, id, mechanic_id, session_id,
    status, wave
app.fee_schedule
    currency, diagnostic_price_cents, effective_from, hold, platform_fee_basis_points,
    referral_basis_points, version
app.fraud_warnings
    fraud_type, id, payment_id, settled_at, warned_at
app.invitations
    accepted_at, accepted_by, created_at, expires_at, id, invited_by, persona, revoked_at,
    workshop_id
app.ledger_accounts
    balance_cents, currency, id, name, owner_id
app.ledger_differences
    currency, found_at, ledger_cents, source_key, stripe_cents, stripe_id
app.ledger_entries
    account, account_id, amount_cents, currency, description, held_until, owner_id,
    posted_at, transaction_id
app.ledger_shards
    account_id, balance_cents
app.ledger_transactions
    description, fee_schedule_version, id, payment_id, posted_at, source_key
app.mechanics
    display_name, person_id
app.messages
    body, id, kind, position, quote_id, sender, sent_at, thread_id
app.notices
    about_id, created_at, id, kind
app.offers
    accept_by, answered_at, config_version, decline_code, eligible_count, escalation_id, id,
    offered_at, quote_by, rank, score, status, taken_back_at, terms, visible_until, wave,
    workshop_id
app.payables
    about_id, currency, earned_at, earned_cents, forfeited_cents, held_until, id, is_disputed,
    offset_cents, owed_cents, part, payee_id, payee_kind, payment_id, refund_asked_until,
    returned_cents, sent_cents, withheld_at
app.payments
    amount_cents, created_at, currency, earned_at, failure, fee_schedule_version, id, paid_at,
    purpose, quote_id, refunded_cents, session_id, status, work_done_at
app.payouts
    amount_cents, currency, failed_at, failure, id, paid_at, stripe_account_id, told_at
app.people
    created_at, id, persona
app.referrals
    amount_cents, created_at, currency, earned_at, escalation_id, id, mechanic_id,
    payable_from, status
app.refund_policies
    ask_within, decide_within, effective_from, small_cents, small_once_within, unstarted_within,
    version
app.refund_requests
    amount_cents, asked_at, category, decide_by, decided_by, decision_reason, granted_cents, id,
    is_automated, payment_id, policy_version, reason, rule, settled_at, status
app.refunds
    amount_cents, failure, is_surplus, payment_id, reason, refund_request_id, requested_at,
    status
app.repair_quotes
    created_at, currency, customer_id, decided_at, distance_km, escalation_id, id,
    labour_cents, notes, offer_id, parts_cents, sent_at, status, tax_cents, total_cents,
    valid_until, version, warranty_months, workshop_id
app.restrictions
    appeal_by, automated, clause, ends_at, evidence_ids, facts, holder_id, id, jurisdiction,
    kind, lift_reason, lifted_at, noticed_at, off_platform, starts_at, step, violation_id
app.services
    code, name
app.session_intake
    concern, photo_count, session_id, vehicle_colour, vehicle_make, vehicle_model,
    vehicle_year, video_count, vin
app.standings
    barred_until, person_id, suspended_until, workshop_id
app.stripe_events
    applied_at, created_at, deliveries, id, reason, received_at, state, type
app.threads
    created_at, flagged_at, id, is_open, last_position, offer_id, session_id
app.violations
    clause, decided_at, decided_by, facts, flag_id, holder_id, id, overturned_at, person_id,
    seconded_by, severity
app.workshop_members
    joined_at, person_id, removed_at, workshop_id
app.workshop_services
    service, workshop_id
app.workshops
    city_id, created_at, id, name, open_bays, payouts_enabled, price_index, radius_m,
    rating_count, rating_sum, takes_escalations
api.announce_fee_schedule(diagnostic_price_cents, platform_fee_basis_points, referral_basis_points, hold, reason, effective_from)
api.announce_refund_policy(ask_within, decide_within, unstarted_within, small_cents, small_once_within, reason, effective_from)
api.claim_flag(flag_id)
api.create_workshop(name, city_id, services, open_bays, radius_m)
api.decide_appeal(appeal_id, outcome, reason)
api.decide_flag(flag_id, decision, reason, severity, clause)
api.decide_refund_request(refund_request_id, decision, reason, amount_cents)
api.decide_withheld(payee_id, decision, reason)
api.dismiss_admin(person_id, reason)
api.dismiss_flags(flag_ids, reason)
api.flag_context(flag_id)
api.gather_evidence(payment_id, purpose)
api.invite_person(email, persona, workshop_id, country)
api.lift_restriction(restriction_id, reason)
api.read_contact(person_id, reason)
api.read_previews(flag_id, purpose)
api.read_raw_message(message_id, purpose)
api.release_flag(flag_id)
api.remove_workshop_member(workshop_id, person_id, reason)
api.resend_refunds(payment_id, reason)
api.restrict(holder_id, kind, off_platform, clause, facts, days, evidence_ids, notice_exception)
api.revoke_invitation(invitation_id)
api.set_contact_details(full_name, phone, street, postal_code)
api.settle_fraud_warning(warning_id, reason)
app.current_person_id()
app.may_continue_work()
app.may_join_topic()
app.moderation_topic()
$$);

select tests.act_as('platform_admin', 'ada');

select set_has(
    'select first_name from api.admin_customers',
    $$ values ('Ana'), ('Ben'), ('Cleo') $$,
    'an admin sees all customers, by what others call them'
);
select set_has(
    'select display_name from api.admin_mechanics',
    $$ values ('Max') $$,
    'and mechanics too'
);
select set_has(
    'select persona from api.admin_people',
    $$ values ('customer'), ('mechanic'), ('workshop'), ('platform_admin') $$,
    'and everybody''s account'
);
select hasnt_column('api', 'admin_people', 'email', 'but no way to reach them');
select is_empty(
    $$ select from api.my_account where email <> 'ada@example.test' $$,
    'contact details are their own alone'
);
select throws_ok(
    format('select * from api.read_contact(%L, ''why'')', tests.id('ana')), 'PT422', null,
    'somebody else''s take a reason'
);
select results_eq(
    format(
        'select full_name, phone from api.read_contact(%L, %L)',
        tests.id('ana'), 'Asked to be called back.'
    ),
    $$ values ('Ana Alvarez', '+12175550101') $$,
    'with one they are read'
);
select results_eq(
    $$
        select actor_id, subject_id, reason
        from api.admin_audit_log
        where action = 'read_contact'
    $$,
    format(
        'values (%L::uuid, %L::uuid, %L)',
        tests.id('ada'), tests.id('ana'), 'Asked to be called back.'
    ),
    'and the log says who, whose and why'
);
select set_has(
    'select status from api.admin_sessions',
    $$ values ('active'), ('completed'), ('paid'), ('requested'), ('cancelled') $$,
    'an admin sees all sessions'
);
select isnt_empty('select concern from api.admin_intakes', 'and what they are about');
select is_empty('select from api.messages', 'and no conversation that was not flagged');

select tests.act_as('customer', 'ana');
select lives_ok(
    $$ select api.send_message(tests.id('ana active thread'), 'Call 415-555-2671', gen_random_uuid()) $$,
    'a customer lets a number slip'
);
select tests.act_as('platform_admin', 'ada');
select results_eq(
    'select person_id, kinds, severity, status from api.admin_flags',
    format('values (%L::uuid, %L::text[], %L, %L)', tests.id('ana'), '{phone}', 'S1', 'open'),
    'the filter''s flag is there'
);
select results_eq(
    $$ select body from api.messages where sender = 'customer' order by position desc limit 1 $$,
    $$ values ('Call [phone hidden]') $$,
    'and the conversation around it, masked'
);
select is(
    (
        select api.read_raw_message(message_id, 'Deciding the flag.')
        from api.admin_flags
    ),
    'Call 415-555-2671',
    'what was typed is read with a purpose'
);
select results_eq(
    $$ select reason from api.admin_audit_log where action = 'read_raw_message' $$,
    $$ values ('Deciding the flag.') $$,
    'which the log keeps'
);
select results_eq(
    'select trial_balance_cents, gross_income_cents, net_of_referral_cents from api.admin_books',
    $$ values (0::bigint, 12750::bigint, 6750::bigint) $$,
    'an admin sees the books'
);
select lives_ok(
    $$ select moderation from api.admin_topics where moderation like 'admin:moderation:%' $$,
    'and where flags are announced'
);

select tests.act_as_owner();
update app.standings set barred_until = 'infinity' where person_id = tests.id('ada');
select tests.act_as('platform_admin', 'ada');
select is_empty(
    $$
        select from api.admin_people
        union all
        select from api.admin_customers
        union all
        select from api.admin_mechanics
        union all
        select from api.admin_intakes
        union all
        select from api.admin_sessions
        union all
        select from api.admin_flags
        union all
        select from api.admin_audit_log
        union all
        select from api.messages
        union all
        select from api.admin_ledger_accounts
        union all
        select from api.admin_payments
        union all
        select from api.admin_escalations
        union all
        select from api.admin_offers
    $$,
    'a dismissed admin sees nothing, whatever their token still says'
);

select * from finish();
rollback;
