-- What can a workshop see?

begin;
select plan(24);

select tests.reaches_exactly('workshop', $$
api.cities
    country, id, name, region
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
api.workshop_cases
    city, customer_first_name, customer_last_initial, diagnosis, offer_id,
    recommended_services, vehicle_colour, vehicle_make, vehicle_model, vehicle_year, vin,
    workshop_id
api.workshop_earnings
    currency, earned_at, earned_cents, forfeited_cents, held_until, id, offer_id, owed_cents,
    paid_cents, refund_asked_until, state, withheld_at, workshop_id
api.workshop_memberships
    joined_at, removed_at, workshop_id, workshop_name
api.workshop_offers
    accept_by, answered_at, currency, decline_code, id, offered_at, outcome, quote_by,
    quote_status, quoted_cents, workshop_id
api.workshop_quote_items
    amount_cents, description, kind, position, quantity, quote_id, unit_cents
api.workshop_quotes
    created_at, currency, decided_at, id, labour_cents, notes, offer_id, parts_cents,
    sent_at, status, tax_cents, total_cents, valid_until, version, warranty_months,
    workshop_id
api.workshop_released_contacts
    offer_id, phone, released_at, visible_until, workshop_id
api.workshop_statement
    account, amount_cents, currency, description, held_until, is_held, posted_at,
    transaction_id, workshop_id
api.workshop_threads
    created_at, id, is_open, last_position, offer_id, topic, workshop_id
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
app.contact_releases
    offer_id, phone, released_at, visible_until, workshop_id
app.fee_schedule
    currency, diagnostic_price_cents
app.ledger_entries
    account, amount_cents, currency, description, held_until, owner_id, posted_at,
    transaction_id
app.messages
    body, id, kind, position, quote_id, sender, sent_at, thread_id
app.monitoring_notices
    body, effective_from, version
app.notices
    about_id, created_at, id, kind
app.offer_cases
    city_id, customer_first_name, customer_last_initial, diagnosis, offer_id,
    recommended_services, vehicle_colour, vehicle_make, vehicle_model, vehicle_year, vin,
    workshop_id
app.offers
    accept_by, answered_at, decline_code, id, offered_at, quote_by, status, visible_until,
    workshop_id
app.payables
    about_id, currency, earned_at, earned_cents, forfeited_cents, held_until, id, is_disputed,
    offset_cents, owed_cents, payee_id, refund_asked_until, returned_cents, sent_cents,
    withheld_at
app.people
    created_at, id, persona
app.repair_quote_items
    amount_cents, description, kind, position, quantity, quote_id, unit_cents
app.repair_quotes
    created_at, currency, decided_at, id, labour_cents, notes, offer_id, parts_cents,
    sent_at, status, tax_cents, total_cents, valid_until, version, warranty_months,
    workshop_id
app.restrictions
    appeal_by, automated, clause, ends_at, evidence_ids, facts, holder_id, id, jurisdiction,
    kind, lift_reason, lifted_at, noticed_at, off_platform, starts_at, step, violation_id
app.services
    code, name
app.threads
    created_at, id, is_open, last_position, offer_id, provider_id, topic
app.violations
    clause, decided_at, facts, id, overturned_at, severity
app.workshop_members
    joined_at, removed_at, workshop_id
app.workshop_services
    service, workshop_id
app.workshops
    city_id, id, name, rating_count, rating_sum
api.accept_offer(offer_id)
api.agree_to_monitoring(version)
api.appeal_restriction(restriction_id, statement)
api.decline_offer(offer_id, code)
api.draft_quote(offer_id, items, notes, warranty_months, tax_cents)
api.finish_repair(offer_id)
api.preview_message(body, thread_id)
api.report_message(message_id, note)
api.send_message(thread_id, body, client_message_id)
api.send_quote(quote_id)
api.set_contact_details(full_name, phone, street, postal_code)
api.withdraw_quote(quote_id)
app.current_fee_schedule_version()
app.current_instant()
app.current_monitoring_version()
app.current_person_id()
app.current_workshop_ids()
app.may_join_topic()
app.member_workshop_ids()
$$);

-- an offer that is accepted and quoted

select tests.act_as('workshop', 'walt');
select results_eq(
    $$
        select
            customer_first_name, customer_last_initial, city, vehicle_make, vehicle_model, vin,
            diagnosis, recommended_services
        from api.workshop_cases
        where offer_id = tests.id('ana escalated offer to Northside Garage')
    $$,
    $$
        values (
            'Ana', 'A', 'Springfield', 'Toyota', 'Corolla', '2T1BURHE5JC034461',
            'Front pads worn to 2 mm.', '{brakes}'::text[]
        )
    $$,
    'an advisor sees first name and initial, city, vehicle, diagnosis and recommended services'
);
select results_eq(
    $$
        select outcome, quoted_cents
        from api.workshop_offers
        where id = tests.id('ana escalated offer to Northside Garage')
    $$,
    $$ values ('accepted', 80000::bigint) $$,
    'and how their offer stands'
);
select isnt_empty(
    $$
        select
        from api.messages
        where kind = 'quote' and quote_id = tests.id('ana escalated quote of Northside Garage')
    $$,
    'and the quote in their own conversation with the customer'
);
select is_empty(
    $$ select from api.messages where thread_id = tests.id('ana active thread') $$,
    'never the customer''s conversation with the mechanic'
);
select results_eq(
    'select sum(amount_cents)::bigint from api.workshop_statement',
    $$ values (108000::bigint) $$,
    'and what the workshop earned'
);
select throws_ok('select from api.customer_sessions', '42501', null, 'not the customer''s own views');
select throws_ok('select from api.mechanic_sessions', '42501', null, 'not the mechanic''s');
select throws_ok('select concern from api.workshop_cases', '42703', null, 'the concern has no column');
select throws_ok('select phone from api.workshop_cases', '42703', null, 'nor has a telephone number');
select throws_ok('select from app.offer_cases', '42501', null, 'there is no way round the views');
select is_empty('select from api.workshop_released_contacts', 'nor a number that nobody released');

-- an open offer, and the competitor's

select tests.act_as('workshop', 'wanda');
select results_eq(
    $$
        select c.customer_first_name, o.outcome
        from api.workshop_offers as o
        left join api.workshop_cases as c on o.id = c.offer_id
        where o.id = tests.id('ana escalated offer to Harbor Auto')
    $$,
    $$ values ('Ana', 'open') $$,
    'while an offer is open the case is visible'
);
select is_empty(
    $$ select from api.workshop_offers where workshop_id <> tests.id('Harbor Auto') $$,
    'a competitor''s offers are not'
);
select is_empty(
    $$ select from api.workshop_quotes where workshop_id <> tests.id('Harbor Auto') $$,
    'nor its quotes'
);
select is_empty(
    $$
        select
        from api.messages
        where quote_id = tests.id('ana escalated quote of Northside Garage')
    $$,
    'nor its conversation'
);

-- lost, declined, never offered

select results_eq(
    $$
        select o.outcome, o.quoted_cents, c.customer_first_name
        from api.workshop_offers as o
        left join api.workshop_cases as c on o.id = c.offer_id
        where o.id = tests.id('cleo repaired offer to Harbor Auto')
    $$,
    $$ values ('lost', 140000::bigint, null) $$,
    'of a lost offer the outcome and the own price remain, nothing of the customer or the car'
);
select is_empty(
    $$
        select
        from api.messages
        where quote_id = tests.id('cleo repaired quote of Harbor Auto')
    $$,
    'and nothing of the conversation'
);
select tests.act_as('workshop', 'wes');
select results_eq(
    'select outcome from api.workshop_offers',
    $$ values ('declined') $$,
    'of a declined offer the outcome remains'
);
select is_empty('select from api.workshop_cases', 'and nothing of the case');
select tests.act_as('workshop', 'lena');
select is_empty(
    'select from api.workshop_offers union all select from api.workshop_cases',
    'a workshop that was never offered anything sees nothing'
);

-- expired by the clock, before any job says so

select tests.act_as_owner();
select tests.move_clock(interval '3 hours');
select tests.act_as('workshop', 'wanda');
select results_eq(
    $$
        select o.outcome, c.customer_first_name
        from api.workshop_offers as o
        left join api.workshop_cases as c on o.id = c.offer_id
        where o.id = tests.id('ana escalated offer to Harbor Auto')
    $$,
    $$ values ('expired', null) $$,
    'when the time to accept has passed the case is gone'
);

-- two workshops, and none any more

select tests.act_as('workshop', 'dora');
select set_eq(
    'select workshop_id from api.workshop_offers',
    array[tests.id('Northside Garage'), tests.id('Harbor Auto')],
    'an advisor of two workshops sees the offers of both'
);
select tests.act_as('workshop', 'rex');
select is_empty(
    $$
        select from api.workshop_offers
        union all
        select from api.workshop_cases
        union all
        select from api.messages
        union all
        select from api.workshop_quotes
        union all
        select from api.workshop_statement
    $$,
    'a removed member sees nothing of the workshop'
);

select * from finish();
rollback;
