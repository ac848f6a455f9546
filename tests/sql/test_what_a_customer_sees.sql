-- What can a customer see?

begin;
select plan(19);

select tests.reaches_exactly('customer', $$
api.cities
    country, id, name, region
api.customer_escalations
    category, created_at, ended_at, id, session_id, status, wave
api.customer_media
    id, kind, path, registered_at, session_id, uploaded_at
api.customer_payments
    amount_cents, created_at, currency, failure, id, paid_at, purpose, quote_id, refund_cents,
    refund_requested_at, refund_status, refunded_cents, session_id, status
api.customer_profile
    city, city_id, first_name, last_initial
api.customer_quote_items
    amount_cents, description, kind, position, quantity, quote_id, unit_cents
api.customer_quotes
    currency, decided_at, distance_km, escalation_id, id, labour_cents, notes, offer_id,
    parts_cents, rating, rating_count, sent_at, status, tax_cents, total_cents, valid_until,
    version, warranty_months, workshop_name
api.customer_refund_requests
    amount_cents, asked_at, category, decide_by, decision_reason, granted_cents, id,
    is_automated, payment_id, policy_version, reason, refund_status, settled_at, status
api.customer_sessions
    accept_by, accepted_at, category, concern, diagnosis, ended_at, id, mechanic_name,
    paid_at, pay_by, photo_count, recommended_services, requested_at, status, summary,
    vehicle_colour, vehicle_make, vehicle_model, vehicle_year, video_count, vin
api.customer_threads
    created_at, id, is_open, last_position, offer_id, party, provider_name, session_id,
    topic
api.messages
    body, id, kind, position, quote_id, sender, sent_at, thread_id
api.monitoring_notice
    agreed_at, body, effective_from, version
api.my_account
    created_at, email, full_name, id, persona, phone, postal_code, street
api.my_reports
    created_at, decided_at, id, message_id, status
api.my_violations
    clause, decided_at, facts, id, overturned_at, severity
api.notices
    about_id, created_at, id, kind
api.prices
    currency, diagnostic_price_cents
api.refund_policy
    ask_within, decide_within, unstarted_within, version
api.restrictions
    appeal_by, automated, clause, ends_at, evidence_ids, facts, holder_id, id, jurisdiction,
    kind, lift_reason, lifted_at, noticed_at, off_platform, starts_at, step, violation_id
api.services
    code, name
api.workshops
    city, id, name, rating, rating_count, region, services
app.cities
    country, id, name, region
app.consents
    given_at, version
app.contact_details
    email, full_name, person_id, phone, postal_code, street
app.contact_flags
    created_at, decided_at, id, message_id, status
app.customers
    city_id, first_name, last_initial
app.diagnostic_sessions
    accept_by, accepted_at, category, diagnosis, ended_at, id, mechanic_name, paid_at, pay_by,
    recommended_services, requested_at, status, summary
app.escalations
    category, created_at, ended_at, id, session_id, status, wave
app.fee_schedule
    currency, diagnostic_price_cents
app.media
    id, kind, path, registered_at, session_id, uploaded_at
app.messages
    body, id, kind, position, quote_id, sender, sent_at, thread_id
app.monitoring_notices
    body, effective_from, version
app.notices
    about_id, created_at, id, kind
app.payments
    amount_cents, created_at, currency, failure, id, paid_at, purpose, quote_id, refunded_cents,
    session_id, status
app.people
    created_at, id, persona
app.refund_policies
    ask_within, decide_within, unstarted_within, version
app.refund_requests
    amount_cents, asked_at, category, decide_by, decision_reason, granted_cents, id,
    is_automated, payment_id, policy_version, reason, settled_at, status
app.refunds
    amount_cents, is_surplus, payment_id, refund_request_id, requested_at, status
app.repair_quote_items
    amount_cents, description, kind, position, quantity, quote_id, unit_cents
app.repair_quotes
    currency, decided_at, distance_km, escalation_id, id, labour_cents, notes, offer_id,
    parts_cents, sent_at, status, tax_cents, total_cents, valid_until, version,
    warranty_months, workshop_id
app.restrictions
    appeal_by, automated, clause, ends_at, evidence_ids, facts, holder_id, id, jurisdiction,
    kind, lift_reason, lifted_at, noticed_at, off_platform, starts_at, step, violation_id
app.services
    code, name
app.session_intake
    concern, photo_count, session_id, vehicle_colour, vehicle_make, vehicle_model,
    vehicle_year, video_count, vin
app.threads
    created_at, id, is_open, last_position, offer_id, provider_name, session_id, topic
app.violations
    clause, decided_at, facts, id, overturned_at, severity
app.workshop_services
    service, workshop_id
app.workshops
    city_id, id, name, rating_count, rating_sum
api.accept_invitation(token)
api.agree_to_monitoring(version)
api.approve_quote(quote_id)
api.cancel_escalation(escalation_id)
api.cancel_session(session_id)
api.confirm_repair(escalation_id)
api.decline_quote(quote_id)
api.preview_message(body, thread_id)
api.register_media(session_id, kind)
api.release_contact(offer_id)
api.report_absent_mechanic(session_id)
api.report_message(message_id, note)
api.request_refund(payment_id, category, reason, amount_cents)
api.request_session(category, concern, vehicle_year, vehicle_make, vehicle_model, vehicle_colour, vin)
api.send_message(thread_id, body, client_message_id)
api.set_contact_details(full_name, phone, street, postal_code)
api.set_customer_profile(first_name, last_initial, city_id)
api.withdraw_contact(offer_id)
api.withdraw_refund_request(refund_request_id)
app.current_fee_schedule_version()
app.current_instant()
app.current_monitoring_version()
app.current_person_id()
app.current_refund_policy_version()
app.current_upload_paths()
app.may_join_topic()
$$);

select tests.act_as('customer', 'ana');

select results_eq(
    'select status, vehicle_make, mechanic_name from api.customer_sessions order by vehicle_make',
    $$ values ('active', 'Honda', 'Max'), ('completed', 'Toyota', 'Max') $$,
    'a customer sees their own sessions, with the mechanic''s display name'
);
select results_eq(
    $$
        select concern, vin, diagnosis
        from api.customer_sessions
        where id = tests.id('ana escalated')
    $$,
    $$ values ('Soft pedal', '2T1BURHE5JC034461', 'Front pads worn to 2 mm.') $$,
    'and in them what they said, and what was found'
);
select results_eq(
    'select first_name, last_initial, city from api.customer_profile',
    $$ values ('Ana', 'A', 'Springfield') $$,
    'and their own profile'
);
select results_eq(
    'select email, full_name, phone, street from api.my_account',
    $$ values ('ana@example.test', 'Ana Alvarez', '+12175550101', '1 Canary Street') $$,
    'and their own contact details'
);
select set_config(
    'request.headers', json_build_object('x-person-id', tests.id('ben'))::text, true
);
select results_eq(
    'select first_name from api.customer_profile', $$ values ('Ana') $$,
    'who is calling stands in the token, whatever else a request says'
);
select results_eq(
    'select party, provider_name, is_open from api.customer_threads order by party, is_open',
    $$
        values
            ('mechanic', 'Max', false),
            ('mechanic', 'Max', true),
            ('workshop', 'Northside Garage', true)
    $$,
    'and their conversations, with the mechanic and with each workshop'
);
select results_eq(
    $$
        select sender, body
        from api.messages
        where thread_id = tests.id('ana active thread')
        order by position
    $$,
    $$ values ('customer', 'Hello, it grinds.'), ('mechanic', 'Since when does it?') $$,
    'and every message in them, in order, by party and not by account'
);
select results_eq(
    'select workshop_name, status, total_cents from api.customer_quotes',
    $$ values ('Northside Garage', 'sent', 80000::bigint) $$,
    'and the quotes sent to them'
);
select results_eq(
    'select description, amount_cents from api.customer_quote_items order by position',
    $$ values ('Brake pads', 30000::bigint), ('Fitting', 50000::bigint) $$,
    'with their items'
);
select set_eq(
    'select status from api.customer_escalations',
    array['quoted'],
    'and how their case stands'
);
select results_eq(
    'select purpose, status, amount_cents from api.customer_payments',
    $$
        values
            ('diagnostic', 'paid', 2500::bigint),
            ('diagnostic', 'paid', 2500::bigint)
    $$,
    'and their payments'
);
select is_empty('select from api.restrictions', 'nobody restricts a customer');
select is_empty('select from api.my_violations', 'nor finds a violation against one');

select tests.act_as('workshop', 'walt');
select lives_ok(
    $$
        select api.draft_quote(
            tests.id('ana escalated offer to Northside Garage'),
            '[{"kind": "part", "description": "Hose", "quantity": 1, "unit_cents": 900}]'
        )
    $$,
    'a workshop drafts another quote'
);
select tests.act_as('customer', 'ana');
select is_empty(
    'select from api.customer_quotes where status = ''draft''',
    'which the customer does not see before it is sent'
);
select is_empty(
    'select from api.customer_quote_items where amount_cents = 900',
    'nor its items'
);

select tests.act_as('customer', 'ben');
select is_empty(
    $$ select from api.customer_sessions where vehicle_make <> 'Ford' $$,
    'another customer sees none of it'
);
select is_empty('select from api.messages where body like ''%grind%''', 'no message either');

select * from finish();
rollback;
