-- Further relationships and states, beside tests/world.sql and far from its Springfield: what spec/access.yaml
-- names and the plays need not know. Only what tries every situation loads it.
--
-- customers   eve (her case was accepted, approved, expired; her mechanics handed back, are suspended,
--             took cash), gus (a repair in work, three with workshops that may not go on)
-- mechanics   hugo (refers their cases, handed one back), sue (suspended, a session open), olga
--             (suspended for an off-platform payment)
-- workshops   Prairie Auto: paul, nora (banned herself)   Ridge Motors: rita (suspended, a repair in work)
--             Mesa Garage: mona (suspended for an off-platform payment)   Canyon Cars: cara (banned)
-- admin       dina (dismissed)

create function tests.send_to_workshop(customer text, session text, workshop text, advisor text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.open_session(
        customer, session, 'brakes', 'Soft pedal', 'Dodge', 'Dart', '1C3CDFBA5DD123456'
    );
    perform tests.work_through(session, 'hugo');
    perform tests.act_as('customer', customer);
    perform api.register_media(tests.id(session), 'photo');
    perform api.send_message(tests.id(session || ' thread'), 'The pedal is soft.', gen_random_uuid());
    perform tests.act_as_owner();
    perform tests.complete(session, 'hugo');
    if advisor is null then
        perform tests.move_clock('-3 hours');
        perform tests.escalate(session, 'hugo', array[workshop]);
        perform tests.move_clock('3 hours');
        return;
    end if;
    perform tests.escalate(session, 'hugo', array[workshop]);
    perform tests.act_as('workshop', advisor);
    perform tests.named(
        session || ' thread with ' || workshop,
        api.accept_offer(tests.id(session || ' offer to ' || workshop))
    );
    perform tests.act_as_owner();
end;
$$;
comment on function tests.send_to_workshop is
    'A session with hugo is escalated to one workshop; its advisor accepts. No advisor: it was three '
    'hours ago, and nobody answered.';

create function tests.approve_and_pay(customer text, session text, workshop text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.act_as('customer', customer);
    perform tests.named(
        session || ' repair payment',
        api.approve_quote(tests.id(session || ' quote of ' || workshop))
    );
    perform tests.act_as_owner();
    perform tests.pay(tests.id(session || ' repair payment'));
    perform tests.act_as('customer', customer);
    perform api.release_contact(tests.id(session || ' offer to ' || workshop));
    perform tests.act_as_owner();
end;
$$;
comment on function tests.approve_and_pay is
    'A customer approves the quote, pays it, and gives the workshop their number.';

create function tests.report(persona text, reporter text, thread text, sender text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.act_as(persona, reporter);
    perform api.report_message(m.id, 'It is not about the car.')
    from api.messages as m
    where m.thread_id = tests.id(thread)
        and m.sender = report.sender;
    perform tests.named('report of ' || reporter, r.id) from api.my_reports as r;
    perform tests.act_as_owner();
end;
$$;
comment on function tests.report is 'Somebody reports the one message of the other party.';

create function tests.appeal(persona text, appellant text, holder text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.act_as(persona, appellant);
    perform tests.named('appeal of ' || holder, api.appeal_restriction(r.id, 'It was a joke.'))
    from api.restrictions as r;
    perform tests.act_as_owner();
end;
$$;
comment on function tests.appeal is 'Somebody appeals the one restriction that they read.';

create function tests.find_violation(person text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    flagged uuid := (
        select f.id
        from app.contact_flags as f
        where f.person_id = tests.id(person)
    );
begin
    perform tests.act_as('platform_admin', 'ada');
    perform api.decide_flag(flagged, 'confirmed', 'Asked for cash.', 'S1', '4.4');
    perform tests.act_as_owner();
    perform tests.named('violation of ' || person, v.id)
    from app.violations as v
    where v.flag_id = flagged;
end;
$$;
comment on function tests.find_violation is 'The admin confirms the one flag about a person.';

do $$
declare
    city uuid;
begin
    insert into app.cities (name, region, latitude, longitude)
    values ('Bismarck', 'North Dakota', 46.81, -100.78)
    returning id into city;
    perform tests.named('Bismarck', city);

    perform tests.act_as('platform_admin', 'ada');
    perform tests.named(w.name, api.create_workshop(w.name, city, '{brakes}', 5))
    from unnest(array['Prairie Auto', 'Ridge Motors', 'Mesa Garage', 'Canyon Cars']) as w (name);
    perform tests.act_as_owner();
    perform tests.invite('hugo', 'mechanic');
    perform tests.invite('sue', 'mechanic');
    perform tests.invite('olga', 'mechanic');
    perform tests.invite('paul', 'workshop', tests.id('Prairie Auto'));
    perform tests.invite('nora', 'workshop', tests.id('Prairie Auto'));
    perform tests.invite('rita', 'workshop', tests.id('Ridge Motors'));
    perform tests.invite('mona', 'workshop', tests.id('Mesa Garage'));
    perform tests.invite('cara', 'workshop', tests.id('Canyon Cars'));
    perform tests.invite('dina', 'platform_admin');
    insert into app.conflicts_of_interest (mechanic_id, workshop_id, reason)
    values (tests.id('olga'), tests.id('Ridge Motors'), 'Her brother owns it.');

    perform tests.act_as('mechanic', m.name)
        , api.set_mechanic_profile(initcap(m.name))
    from unnest(array['hugo', 'sue', 'olga']) as m (name);
    perform tests.act_as_owner();
    perform tests.sign_up('eve');
    perform tests.sign_up('gus');
    perform tests.act_as('customer', c.name)
        , api.set_customer_profile(initcap(c.name), c.initial, city)
        , api.set_contact_details(
            initcap(c.name) || ' ' || c.last_name, c.phone, c.street, '58501'
        )
    from (
        values
            ('eve', 'e', 'Eriksen', '+17015550104', '4 Canary Street'),
            ('gus', 'g', 'Gunderson', '+17015550105', '5 Canary Street')
    ) as c (name, initial, last_name, phone, street);
    perform tests.act_as_owner();

    -- nobody answered an offer of eve's case in time
    perform tests.send_to_workshop('eve', 'eve expired', 'Prairie Auto', null);
    perform tests.act_as_service('worker');
    perform backend.expire_overdue();
    perform tests.act_as('customer', 'eve');
    perform api.cancel_escalation(tests.id('eve expired escalation'));
    perform tests.act_as_owner();

    -- a paid session that its customer cancels
    perform tests.open_session('gus', 'gus refunded', 'brakes', 'Rattle', 'Dodge', 'Dart');
    perform tests.pay(tests.id('gus refunded payment'));
    perform tests.act_as('customer', 'gus');
    perform api.cancel_session(tests.id('gus refunded'));
    perform tests.act_as_owner();

    -- hugo hands eve back; sue, who takes over, writes a number and is suspended
    perform tests.open_session(
        'eve', 'eve active', 'brakes', 'Pulls to the left', 'Dodge', 'Ram', '1C6RR7GT5ES123456'
    );
    perform tests.pay(tests.id('eve active payment'));
    perform tests.act_as('customer', 'eve');
    perform api.register_media(tests.id('eve active'), 'photo');
    perform tests.act_as('mechanic', 'hugo');
    perform tests.named('eve active thread with hugo', api.accept_session(tests.id('eve active')));
    perform api.hand_back_session(tests.id('eve active'));
    perform tests.act_as('mechanic', 'sue');
    perform tests.named('eve active thread', api.accept_session(tests.id('eve active')));
    perform tests.act_as('customer', 'eve');
    perform api.send_message(tests.id('eve active thread'), 'Hello again.', gen_random_uuid());
    perform tests.act_as('mechanic', 'sue');
    perform api.send_message(
        tests.id('eve active thread'), 'Call me at 415-555-2671', gen_random_uuid()
    );
    perform tests.act_as_owner();

    -- olga asks for cash
    perform tests.open_session('eve', 'eve with olga', 'brakes', 'Hum', 'Dodge', 'Ram');
    perform tests.work_through('eve with olga', 'olga');
    perform tests.act_as('mechanic', 'olga');
    perform api.send_message(
        tests.id('eve with olga thread'), 'Cash is fine: 415-555-2672', gen_random_uuid()
    );
    perform tests.act_as('customer', 'eve');
    perform api.send_message(tests.id('eve with olga thread'), 'Not with me.', gen_random_uuid());
    perform tests.act_as_owner();
    perform tests.complete('eve with olga', 'olga');
    perform tests.find_violation('olga');
    perform tests.report('customer', 'eve', 'eve with olga thread', 'mechanic');
    perform tests.report('mechanic', 'olga', 'eve with olga thread', 'customer');

    -- and sends the case on before the admin decides
    perform tests.escalate('eve with olga', 'olga', array['Prairie Auto']);

    -- Prairie Auto has three cases: priced but not quoted, approved, in work
    perform tests.send_to_workshop('eve', 'eve accepted', 'Prairie Auto', 'paul');
    perform tests.act_as('workshop', 'paul');
    perform api.send_message(
        tests.id('eve accepted thread with Prairie Auto'), 'Good day.', gen_random_uuid()
    );
    perform tests.named(
        'eve accepted quote of Prairie Auto',
        api.draft_quote(
            tests.id('eve accepted offer to Prairie Auto'),
            '[{"kind": "part", "description": "Brake pads", "quantity": 1, "unit_cents": 20000}]'
        )
    );
    perform tests.act_as_owner();
    perform tests.send_to_workshop('eve', 'eve approved', 'Prairie Auto', 'paul');
    perform tests.quote('eve approved', 'Prairie Auto', 'paul', 20000, 10000);
    perform tests.act_as('customer', 'eve');
    perform api.approve_quote(tests.id('eve approved quote of Prairie Auto'));
    perform tests.act_as_owner();
    perform tests.send_to_workshop('gus', 'gus in work', 'Prairie Auto', 'paul');
    perform tests.quote('gus in work', 'Prairie Auto', 'paul', 20000, 10000);
    perform tests.approve_and_pay('gus', 'gus in work', 'Prairie Auto');

    -- and a part of whose price is asked back
    perform tests.act_as('customer', 'gus');
    perform api.request_refund(
        tests.id('gus in work repair payment'), 'not_as_described', 'The pads are used.', 10000
    );
    perform tests.act_as_owner();

    -- and one that ben has closed
    perform tests.send_to_workshop('ben', 'ben closed', 'Prairie Auto', 'paul');
    perform tests.quote('ben closed', 'Prairie Auto', 'paul', 20000, 10000);
    perform tests.approve_and_pay('ben', 'ben closed', 'Prairie Auto');
    perform tests.act_as('workshop', 'paul');
    perform api.finish_repair(tests.id('ben closed offer to Prairie Auto'));
    perform tests.act_as('customer', 'ben');
    perform api.confirm_repair(tests.id('ben closed escalation'));
    perform tests.act_as_owner();

    -- three workshops that may not go on as before
    perform tests.send_to_workshop('gus', 'gus with Ridge Motors', 'Ridge Motors', 'rita');
    perform tests.quote('gus with Ridge Motors', 'Ridge Motors', 'rita', 20000, 10000);
    perform tests.approve_and_pay('gus', 'gus with Ridge Motors', 'Ridge Motors');
    perform tests.send_to_workshop('gus', 'gus with Canyon Cars', 'Canyon Cars', 'cara');
    perform tests.quote('gus with Canyon Cars', 'Canyon Cars', 'cara', 20000, 10000);
    perform tests.approve_and_pay('gus', 'gus with Canyon Cars', 'Canyon Cars');
    perform tests.act_as('workshop', 'cara');
    perform api.finish_repair(tests.id('gus with Canyon Cars offer to Canyon Cars'));
    perform tests.act_as_owner();
    perform tests.send_to_workshop('gus', 'gus with Mesa Garage', 'Mesa Garage', 'mona');
    perform tests.act_as('workshop', 'mona');
    perform api.send_message(
        tests.id('gus with Mesa Garage thread with Mesa Garage'), 'Cash is fine: 415-555-2673',
        gen_random_uuid()
    );
    perform tests.act_as('customer', 'gus');
    perform api.send_message(
        tests.id('gus with Mesa Garage thread with Mesa Garage'), 'Not with me.', gen_random_uuid()
    );
    perform tests.act_as_owner();
    perform tests.quote('gus with Mesa Garage', 'Mesa Garage', 'mona', 20000, 10000);
    perform tests.find_violation('mona');
    perform tests.report(
        'workshop', 'mona', 'gus with Mesa Garage thread with Mesa Garage', 'customer'
    );

    perform tests.act_as('platform_admin', 'ada');
    perform api.restrict(tests.id('sue'), 'suspended', false, '4.2', 'Shared a number.', 7);
    perform api.restrict(tests.id('olga'), 'suspended', true, '4.4', 'Took cash.', 30);
    perform api.restrict(tests.id('Ridge Motors'), 'suspended', false, '4.2', 'Shared a number.', 7);
    perform api.restrict(tests.id('Mesa Garage'), 'suspended', true, '4.4', 'Took cash.', 30);
    perform api.restrict(tests.id('Canyon Cars'), 'banned', true, '4.4', 'Took cash.');
    perform api.restrict(tests.id('nora'), 'banned', true, '4.4', 'Took cash.');
    perform api.announce_fee_schedule(
        3000, 1000, 500, interval '7 days', 'Dearer.', now() + interval '60 days'
    );
    perform api.dismiss_admin(tests.id('dina'), 'Left.');
    perform tests.act_as_owner();
    perform tests.appeal('mechanic', 'olga', 'olga');
    perform tests.appeal('workshop', 'mona', 'Mesa Garage');
    perform tests.appeal('mechanic', 'bart', 'bart');
    perform tests.appeal('mechanic', 'sid', 'sid');
    perform tests.appeal('workshop', 'cara', 'Canyon Cars');
    perform tests.appeal('workshop', 'rita', 'Ridge Motors');

    -- what Springfield's people do beside tests/world.sql, for strangers to want
    perform tests.act_as('customer', 'ana');
    perform api.register_media(tests.id('ana active'), 'photo');
    perform tests.act_as('customer', 'cleo');
    perform api.send_message(t.id, 'Thank you.', gen_random_uuid())
    from api.customer_threads as t
    where t.offer_id = tests.id('cleo repaired offer to Northside Garage');
    perform api.release_contact(tests.id('cleo repaired offer to Northside Garage'));
    perform tests.act_as_owner();
    perform app.post_message(t.thread_id, 'customer', t.customer_id, 'text', t.body)
    from (
        values
            (tests.id('cleo repaired thread'), tests.id('cleo'), 'It squeals when cold.'),
            (tests.id('ben with bart thread'), tests.id('ben'), 'It does not start.')
    ) as t (thread_id, customer_id, body);

    -- what Stripe tells, as if it had
    perform tests.stripe_event('evt_world', 'customer.created', '{"object": "customer"}');
    insert into app.connected_accounts (owner_id, owner_kind, transfers)
    select tests.id(a.name), a.kind, 'active'
    from (
        values ('max', 'mechanic'), ('olga', 'mechanic'), ('Northside Garage', 'workshop'),
            ('bart', 'mechanic'), ('Canyon Cars', 'workshop'), ('Mesa Garage', 'workshop')
    ) as a (name, kind);
    insert into app.disputes (
        id, payment_id, stripe_charge_id, amount_cents, reason, status, opened_at, told_at
    )
    select 'dp_world', f.payment_id, f.id, f.amount_cents, 'fraudulent', 'needs_response', now(), now()
    from app.money_facts as f
    where f.payment_id = tests.id('eve with olga payment');
    insert into app.fraud_warnings (id, payment_id, fraud_type)
    values ('issfr_world', tests.id('eve with olga payment'), 'made_with_stolen_card');
    insert into app.ledger_differences (source_key, stripe_id, stripe_cents, ledger_cents, currency)
    values ('adjustment:txn_differs', 'txn_differs', -77, 0, 'usd');
    insert into app.payouts (id, amount_cents, currency) values ('po_world', 1000, 'usd');
    insert into app.balance_transactions (id, amount_cents, fee_cents, currency)
    values ('txn_world', 2500, 103, 'usd');
    insert into app.transfers (payment_id, part, attempt, amount_cents, destination)
    values (tests.id('cleo repaired payment'), 'work', 1, 2250, 'acct_world');

    -- names for what came about by itself
    insert into tests.names (name, id)
    select s.name || ' thread with ' || w.name, t.id
    from app.threads as t
    inner join app.workshops as w on t.provider_id = w.id
    inner join tests.names as s on t.session_id = s.id
    union all
    select regexp_replace(p.name, 'payment$', 'earnings'), e.id
    from app.ledger_transactions as e
    inner join tests.names as p on e.payment_id = p.id
    where e.source_key = 'done:' || p.id::text
    union all
    select regexp_replace(p.name, 'payment$', 'payable'), o.id
    from app.payables as o
    inner join tests.names as p on o.payment_id = p.id
    where o.part = 'work'
    union all
    select 'payout account of ' || h.name, a.owner_id
    from app.connected_accounts as a
    inner join tests.names as h on a.owner_id = h.id
    union all
    select s.name || ' photo', m.id
    from app.media as m
    inner join tests.names as s on m.session_id = s.id
    union all
    select 'restriction of ' || h.name, r.id
    from app.restrictions as r
    inner join tests.names as h on r.holder_id = h.id
    union all
    (
        select distinct on (n.person_id) 'notice to ' || h.name, n.id
        from app.notices as n
        inner join tests.names as h on n.person_id = h.id
        order by n.person_id, n.kind, n.id
    )
    on conflict do nothing;

    perform tests.report('customer', 'ana', 'ana escalated thread with Northside Garage', 'workshop');
    perform tests.report('customer', 'cleo', 'cleo repaired thread with Northside Garage', 'workshop');
    perform tests.report('customer', 'gus', 'gus in work thread with Prairie Auto', 'workshop');
    perform tests.report('mechanic', 'hugo', 'gus in work thread', 'customer');
    perform tests.report('workshop', 'walt', 'cleo repaired thread with Northside Garage', 'customer');
end;
$$;
