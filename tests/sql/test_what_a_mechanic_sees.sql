-- What can a mechanic see?

begin;
select plan(29);

select tests.reaches_exactly('mechanic', $$
api.cities
    country, id, name, region
api.mechanic_earnings
    about_id, currency, earned_at, earned_cents, forfeited_cents, held_until, id, owed_cents,
    paid_cents, part, refund_asked_until, state, withheld_at
api.mechanic_escalations
    created_at, ended_at, id, referral_cents, referral_currency, referral_earned_at,
    referral_payable_from, referral_status, session_id, status
api.mechanic_profile
    display_name
api.mechanic_queue
    category, session_id, vehicle_make, vehicle_model, vehicle_year, waiting_minutes
api.mechanic_sessions
    accepted_at, category, concern, customer_first_name, diagnosis, ended_at, id,
    photo_count, recommended_services, status, summary, vehicle_colour, vehicle_make,
    vehicle_model, vehicle_year, video_count, vin
api.mechanic_statement
    account, amount_cents, currency, description, held_until, is_held, posted_at,
    transaction_id
api.mechanic_threads
    created_at, id, is_open, last_position, session_id, topic
api.messages
    body, id, kind, position, quote_id, sender, sent_at, thread_id
api.monitoring_notice
    agreed_at, body, effective_from, version
api.my_account
    created_at, email, full_name, id, persona, phone, postal_code, street
api.my_appeals
    created_at, id, restriction_id, review_reason, reviewed_at, statement, status
api.my_reports
    created_at, decided_at, id, message_id, status
api.my_violations
    clause, decided_at, facts, id, overturned_at, severity
api.notices
    about_id, created_at, id, kind
api.payout_account
    disconnected_at, owner_id, payouts_enabled, requirements_due, transfers
api.prices
    currency, diagnostic_price_cents
api.restrictions
    appeal_by, automated, clause, ends_at, evidence_ids, facts, holder_id, id, jurisdiction,
    kind, lift_reason, lifted_at, noticed_at, off_platform, starts_at, step, violation_id
api.services
    code, name
api.workshops
    city, id, name, rating, rating_count, region, services
app.appeals
    created_at, id, restriction_id, review_reason, reviewed_at, statement, status
app.cities
    country, id, name, region
app.connected_accounts
    disconnected_at, owner_id, payouts_enabled, requirements_due, transfers
app.consents
    given_at, version
app.contact_details
    email, full_name, person_id, phone, postal_code, street
app.contact_flags
    created_at, decided_at, id, message_id, status
app.diagnostic_sessions
    accepted_at, category, diagnosis, ended_at, id, recommended_services, status, summary
app.escalations
    created_at, ended_at, id, session_id, status
app.fee_schedule
    currency, diagnostic_price_cents
app.ledger_entries
    account, amount_cents, currency, description, held_until, posted_at, transaction_id
app.mechanics
    display_name
app.messages
    body, id, kind, position, quote_id, sender, sent_at, thread_id
app.monitoring_notices
    body, effective_from, version
app.notices
    about_id, created_at, id, kind
app.payables
    about_id, currency, earned_at, earned_cents, forfeited_cents, held_until, id, is_disputed,
    offset_cents, owed_cents, part, payee_id, refund_asked_until, returned_cents, sent_cents,
    withheld_at
app.people
    created_at, id, persona
app.queue_entries
    category, queued_at, session_id, vehicle_make, vehicle_model, vehicle_year
app.referrals
    amount_cents, currency, earned_at, escalation_id, payable_from, status
app.restrictions
    appeal_by, automated, clause, ends_at, evidence_ids, facts, holder_id, id, jurisdiction,
    kind, lift_reason, lifted_at, noticed_at, off_platform, starts_at, step, violation_id
app.services
    code, name
app.session_intake
    concern, customer_first_name, photo_count, session_id, vehicle_colour, vehicle_make,
    vehicle_model, vehicle_year, video_count, vin
app.threads
    created_at, id, is_open, last_position, session_id, topic
app.violations
    clause, decided_at, facts, id, overturned_at, severity
app.workshop_services
    service, workshop_id
app.workshops
    city_id, id, name, rating_count, rating_sum
api.accept_session(session_id)
api.agree_to_monitoring(version)
api.appeal_restriction(restriction_id, statement)
api.complete_session(session_id, summary, diagnosis, recommended_services)
api.escalate_session(session_id)
api.hand_back_session(session_id)
api.preview_message(body, thread_id)
api.report_absent_customer(session_id)
api.report_message(message_id, note)
api.send_message(thread_id, body, client_message_id)
api.set_contact_details(full_name, phone, street, postal_code)
api.set_mechanic_profile(display_name)
app.current_fee_schedule_version()
app.current_instant()
app.current_mechanic_id()
app.current_monitoring_version()
app.current_person_id()
app.may_join_topic()
app.may_take_work()
$$);

select tests.act_as('mechanic', 'max');

-- the queue

select results_eq(
    'select category, vehicle_year, vehicle_make, vehicle_model, waiting_minutes from api.mechanic_queue',
    $$ values ('engine', 2016, 'Ford', 'Focus', 0) $$,
    'a mechanic sees what is paid and waits: the car and the category'
);
select hasnt_column('api', 'mechanic_queue', 'concern', 'not what is wrong with it');
select hasnt_column('api', 'mechanic_queue', 'customer_first_name', 'nor whose it is');

-- active

select results_eq(
    $$
        select status, customer_first_name, concern, vehicle_make, vehicle_colour, vin, summary
        from api.mechanic_sessions
        where id = tests.id('ana active')
    $$,
    $$
        values (
            'active', 'Ana', 'Grinding noise when braking', 'Honda', 'grey',
            '1HGCM82633A004352', null
        )
    $$,
    'while the session is active: first name, concern and the whole car'
);
select results_eq(
    $$ select is_open, topic from api.mechanic_threads where id = tests.id('ana active thread') $$,
    format($$ values (true, 'thread:%s:1') $$, tests.id('ana active thread')),
    'and an open conversation with a topic to join'
);
select results_eq(
    $$
        select sender, body
        from api.messages
        where thread_id = tests.id('ana active thread')
        order by position
    $$,
    $$ values ('customer', 'Hello, it grinds.'), ('mechanic', 'Since when does it?') $$,
    'with its messages'
);

-- over

select results_eq(
    $$
        select status, customer_first_name, concern, vehicle_make, vin, summary, diagnosis
        from api.mechanic_sessions
        where id = tests.id('ana escalated')
    $$,
    $$
        values (
            'completed', null, null, null, null, 'The brakes need new pads.',
            'Front pads worn to 2 mm.'
        )
    $$,
    'once it is over: the summary and their own diagnosis, and nothing of the customer or the car'
);
select results_eq(
    $$
        select is_open, topic
        from api.mechanic_threads
        where session_id = tests.id('ana escalated')
    $$,
    $$ values (false, null) $$,
    'the conversation is read-only and has no topic any more'
);

-- never

select throws_ok(
    'select phone from api.mechanic_sessions', '42703', null, 'a telephone number has no column'
);
select throws_ok(
    $$ select id from api.mechanic_sessions where last_name = 'Alvarez' $$, '42703', null,
    'nor has a last name to filter on'
);
select throws_ok(
    'select phone from app.contact_details', '42501', null, 'no way round the views to contact data'
);
select throws_ok('select vin from app.session_intake', '42501', null, 'nor to the intake');
select throws_ok('select from auth.users', '42501', null, 'nor to the accounts');
select throws_ok('select from app.raw_messages', '42501', null, 'nor to what was masked');
select throws_ok(
    'select from api.customer_profile', '42501', null, 'nor to what is made for customers'
);
select is_empty(
    $$ select from api.my_account where email <> 'max@example.test' $$,
    'contact details are their own alone'
);

-- what they earned

select results_eq(
    'select referral_status, referral_cents from api.mechanic_escalations order by referral_cents',
    $$ values ('earned', 6000::bigint), (null, null) $$,
    'a mechanic sees what became of the cases they escalated'
);
select results_eq(
    'select sum(amount_cents)::bigint from api.mechanic_statement',
    $$ values (10500::bigint) $$,
    'and their statement: two diagnostics and a referral'
);

-- strangers, suspended, banned

select tests.act_as('mechanic', 'zoe');
select is_empty('select from api.mechanic_sessions', 'another mechanic sees no session of theirs');
select is_empty('select from api.messages', 'and no message');
select is_empty('select from api.mechanic_threads', 'and no conversation');
select is_empty('select from api.mechanic_statement', 'and no earnings');

select tests.act_as('mechanic', 'sid');
select is_empty('select from api.mechanic_queue', 'a suspended mechanic sees no queue');
select results_eq(
    'select kind, clause, facts from api.restrictions',
    $$ values ('suspended', '4.2', 'Shared a number.') $$,
    'but why they are suspended'
);

select tests.act_as('mechanic', 'bart');
select is_empty(
    $$
        select from api.mechanic_sessions
        union all
        select from api.mechanic_threads
        union all
        select from api.messages
        union all
        select from api.mechanic_queue
    $$,
    'a banned mechanic sees no session, conversation, message or queue'
);
select results_eq(
    'select account, sum(amount_cents)::bigint from api.mechanic_statement group by account order by account',
    $$ values ('payable', 0::bigint), ('withheld', 2250::bigint) $$,
    'but what they earned, withheld'
);

select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Took cash.', 30);
select tests.act_as('mechanic', 'max');
select is_empty('select from api.mechanic_escalations', 'nor do they see what becomes of the cases they escalated');
select isnt_empty('select from api.mechanic_statement', 'although what a referral earned stays in their statement');

select * from finish();
rollback;
