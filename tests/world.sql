-- One believable world, with a name for each relationship and state. Built through the API itself.
--
-- customers   ana (active, and escalated with an open choice), ben (queued, requested, cancelled),
--             cleo (a repair done, with a release of her number; one lost offer)
-- mechanics   max (theirs), zoe (a stranger to them), sid (suspended), bart (banned)
-- workshops   Northside Garage: walt, dora, rex (removed)   Harbor Auto: wanda, dora
--             Eastgate Motors: wes   Lakeview Repairs: lena (never offered anything)
-- admin       ada     media worker   mia

create function tests.invite(name text, persona text, workshop_id uuid default null)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    token text;
    person_id uuid := tests.sign_up(invite.name);
begin
    perform tests.act_as('platform_admin', 'ada');
    token := api.invite_person(invite.name || '@example.test', persona, invite.workshop_id);
    perform tests.act_as('customer', invite.name);
    perform api.accept_invitation(token);
    perform tests.act_as_owner();
    return person_id;
end;
$$;

create function tests.open_session(
    customer text,
    session text,
    category text,
    concern text,
    make text,
    model text,
    vin text default null
)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    opened record;
begin
    perform tests.act_as('customer', customer);
    select r.session_id, r.payment_id into opened
    from api.request_session(category, concern, 2016, make, model, 'grey', vin) as r;
    perform tests.act_as_owner();
    perform tests.named(session || ' payment', opened.payment_id);
    return tests.named(session, opened.session_id);
end;
$$;

create function tests.stripe_event(id text, type text, object jsonb)
    returns text
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    body text := jsonb_build_object(
        'id', stripe_event.id,
        'object', 'event',
        'type', stripe_event.type,
        'api_version', '2026-10-28.endive',
        'created', 1763800000,
        'livemode', false,
        'data', jsonb_build_object('object', stripe_event.object)
    )::text;
    state text;
begin
    perform tests.act_as_service('backend');
    perform backend.record_stripe_event(stripe_event.id, convert_to(body, 'UTF8'));
    perform tests.act_as_service('worker');
    state := backend.apply_stripe_event(stripe_event.id);
    perform tests.act_as_owner();
    return state;
end;
$$;
comment on function tests.stripe_event is 'Stripe posts an event and the worker applies it; the state it ends in.';

create function tests.pay(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment app.payments;
    key text := replace(pay.payment_id::text, '-', '');
    metadata jsonb := jsonb_build_object('payment_id', pay.payment_id);
begin
    select * into strict payment from app.payments as p where p.id = pay.payment_id;
    perform tests.stripe_event(
        'evt_c' || key,
        'checkout.session.completed',
        jsonb_build_object(
            'id', 'cs_test_' || key,
            'object', 'checkout.session',
            'amount_total', payment.amount_cents,
            'currency', payment.currency,
            'client_reference_id', pay.payment_id,
            'metadata', metadata,
            'mode', 'payment',
            'payment_status', 'paid',
            'payment_intent', 'pi_' || key
        )
    );
    perform tests.stripe_event(
        'evt_h' || key,
        'charge.succeeded',
        jsonb_build_object(
            'id', 'ch_' || key,
            'object', 'charge',
            'amount', payment.amount_cents,
            'currency', payment.currency,
            'metadata', metadata,
            'paid', true,
            'payment_intent', 'pi_' || key,
            'transfer_group', 'job_' || pay.payment_id,
            'balance_transaction', null
        )
    );
end;
$$;
comment on function tests.pay is 'The customer has paid: Stripe''s two events arrive and are applied.';

create function tests.work_through(session text, mechanic text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.pay(tests.id(session || ' payment'));
    perform tests.act_as('mechanic', mechanic);
    perform tests.named(session || ' thread', api.accept_session(tests.id(session)));
    perform tests.act_as_owner();
end;
$$;

create function tests.complete(session text, mechanic text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.act_as('mechanic', mechanic);
    perform api.complete_session(
        tests.id(session), 'The brakes need new pads.', 'Front pads worn to 2 mm.', '{brakes}'
    );
    perform tests.act_as_owner();
end;
$$;

create function tests.escalate(session text, mechanic text, workshops text[])
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    escalated uuid;
begin
    perform tests.act_as('mechanic', mechanic);
    escalated := api.escalate_session(tests.id(session));
    perform tests.act_as_service('worker');
    perform backend.offer_escalation(
        escalated,
        1,
        (
            select jsonb_agg(
                jsonb_build_object(
                    'workshop_id', tests.id(w.name),
                    'rank', w.rank,
                    'score', 0.9 - w.rank * 0.1,
                    'eligible_count', cardinality(workshops),
                    'terms', jsonb_build_object('fit', 1)
                )
            )
            from unnest(workshops) with ordinality as w (name, rank)
        )
    );
    perform tests.act_as_owner();
    perform tests.named(session || ' escalation', escalated);
    perform tests.named(session || ' offer to ' || w.name, o.id)
    from app.offers as o
    inner join app.workshops as w on o.workshop_id = w.id
    where o.escalation_id = escalated;
end;
$$;

create function tests.quote(session text, workshop text, advisor text, parts integer, labour integer)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    quoted uuid;
begin
    perform tests.act_as('workshop', advisor);
    quoted := api.draft_quote(
        tests.id(session || ' offer to ' || workshop),
        jsonb_build_array(
            jsonb_build_object(
                'kind', 'part', 'description', 'Brake pads', 'quantity', 1, 'unit_cents', parts
            ),
            jsonb_build_object(
                'kind', 'labour', 'description', 'Fitting', 'quantity', 1, 'unit_cents', labour
            )
        )
    );
    perform api.send_quote(quoted);
    perform tests.act_as_owner();
    perform tests.named(session || ' quote of ' || workshop, quoted);
end;
$$;

do $$
declare
    city uuid;
begin
    insert into app.services (code, name) values
        ('brakes', 'Brakes'), ('engine', 'Engine'), ('electrical', 'Electrical')
    on conflict do nothing;
    insert into app.cities (name, region, latitude, longitude) values
        ('Springfield', 'Illinois', 39.80, -89.65),
        ('Decatur', 'Illinois', 39.84, -88.95)
    on conflict do nothing;
    perform tests.named(name, id) from app.cities where name in ('Springfield', 'Decatur');
    city := tests.id('Springfield');

    perform tests.sign_up('ada');
    perform app.appoint_first_admin('ada@example.test');

    perform tests.act_as('platform_admin', 'ada');
    perform tests.named(w.name, api.create_workshop(w.name, city, '{brakes,engine}'))
    from unnest(
        array['Northside Garage', 'Harbor Auto', 'Eastgate Motors', 'Lakeview Repairs']
    ) as w (name);
    perform tests.act_as_owner();

    perform tests.invite('max', 'mechanic');
    perform tests.invite('zoe', 'mechanic');
    perform tests.invite('sid', 'mechanic');
    perform tests.invite('bart', 'mechanic');
    perform tests.invite('walt', 'workshop', tests.id('Northside Garage'));
    perform tests.invite('rex', 'workshop', tests.id('Northside Garage'));
    perform tests.invite('wanda', 'workshop', tests.id('Harbor Auto'));
    perform tests.invite('dora', 'workshop', tests.id('Northside Garage'));
    insert into app.workshop_members (workshop_id, person_id)
    values (tests.id('Harbor Auto'), tests.id('dora'));
    perform tests.invite('wes', 'workshop', tests.id('Eastgate Motors'));
    perform tests.invite('lena', 'workshop', tests.id('Lakeview Repairs'));
    perform tests.invite('mia', 'media_worker');

    perform tests.act_as('mechanic', m.name)
        , api.set_mechanic_profile(initcap(m.name))
    from unnest(array['max', 'zoe', 'sid', 'bart']) as m (name);
    perform tests.act_as_owner();

    perform tests.sign_up('ana');
    perform tests.sign_up('ben');
    perform tests.sign_up('cleo');
    perform tests.act_as('customer', c.name)
        , api.set_customer_profile(initcap(c.name), c.initial, tests.id('Springfield'))
        , api.set_contact_details(
            initcap(c.name) || ' ' || c.last_name, c.phone, c.street, '62701'
        )
    from (
        values
            ('ana', 'a', 'Alvarez', '+12175550101', '1 Canary Street'),
            ('ben', 'b', 'Brandt', '+12175550102', '2 Canary Street'),
            ('cleo', 'c', 'Castillo', '+12175550103', '3 Canary Street')
    ) as c (name, initial, last_name, phone, street);
    perform tests.act_as_owner();

    -- ana talks to max about one car, and waits for quotes on another
    perform tests.open_session(
        'ana', 'ana active', 'brakes', 'Grinding noise when braking', 'Honda', 'Civic',
        '1HGCM82633A004352'
    );
    perform tests.work_through('ana active', 'max');
    perform tests.act_as('customer', 'ana');
    perform api.send_message(tests.id('ana active thread'), 'Hello, it grinds.', gen_random_uuid());
    perform tests.act_as('mechanic', 'max');
    perform api.send_message(
        tests.id('ana active thread'), 'Since when does it?', gen_random_uuid()
    );
    perform tests.act_as_owner();

    perform tests.open_session(
        'ana', 'ana escalated', 'brakes', 'Soft pedal', 'Toyota', 'Corolla', '2T1BURHE5JC034461'
    );
    perform tests.work_through('ana escalated', 'max');
    perform tests.complete('ana escalated', 'max');
    perform tests.escalate(
        'ana escalated', 'max', array['Northside Garage', 'Harbor Auto', 'Eastgate Motors']
    );
    perform tests.act_as('workshop', 'walt');
    perform api.accept_offer(tests.id('ana escalated offer to Northside Garage'));
    perform tests.act_as('workshop', 'wes');
    perform api.decline_offer(tests.id('ana escalated offer to Eastgate Motors'), 'no_capacity');
    perform tests.act_as_owner();
    perform tests.quote('ana escalated', 'Northside Garage', 'walt', 30000, 50000);

    -- ben waits in the queue, has not paid another request, and cancelled a third
    perform tests.open_session('ben', 'ben queued', 'engine', 'Rough idle', 'Ford', 'Focus');
    perform tests.pay(tests.id('ben queued payment'));
    perform tests.open_session('ben', 'ben requested', 'engine', 'Stalls', 'Ford', 'Focus');
    perform tests.open_session('ben', 'ben cancelled', 'engine', 'Smoke', 'Ford', 'Focus');
    perform tests.act_as('customer', 'ben');
    perform api.cancel_session(tests.id('ben cancelled'));
    perform tests.act_as_owner();

    -- cleo's car was repaired by Northside; Harbor had quoted too
    perform tests.open_session('cleo', 'cleo repaired', 'brakes', 'Squeal', 'Mazda', '3');
    perform tests.work_through('cleo repaired', 'max');
    perform tests.complete('cleo repaired', 'max');
    perform tests.escalate('cleo repaired', 'max', array['Northside Garage', 'Harbor Auto']);
    perform tests.act_as('workshop', 'walt');
    perform api.accept_offer(tests.id('cleo repaired offer to Northside Garage'));
    perform tests.act_as('workshop', 'wanda');
    perform api.accept_offer(tests.id('cleo repaired offer to Harbor Auto'));
    perform tests.act_as_owner();
    perform tests.quote('cleo repaired', 'Northside Garage', 'walt', 70000, 50000);
    perform tests.quote('cleo repaired', 'Harbor Auto', 'wanda', 80000, 60000);
    perform tests.act_as('customer', 'cleo');
    perform api.approve_quote(tests.id('cleo repaired quote of Northside Garage'));
    perform tests.act_as_owner();
    perform tests.named('cleo repaired repair payment', p.id)
    from app.payments as p
    where p.quote_id = tests.id('cleo repaired quote of Northside Garage');
    perform tests.pay(tests.id('cleo repaired repair payment'));
    perform tests.act_as('workshop', 'walt');
    perform api.finish_repair(tests.id('cleo repaired offer to Northside Garage'));
    perform tests.act_as_owner();

    -- who may not work, and who no longer belongs
    perform tests.open_session('ben', 'ben with bart', 'electrical', 'No start', 'Ford', 'Focus');
    perform tests.work_through('ben with bart', 'bart');
    perform tests.complete('ben with bart', 'bart');
    perform tests.act_as('platform_admin', 'ada');
    perform api.restrict(tests.id('sid'), 'suspended', false, '4.2', 'Shared a number.', 7);
    perform api.restrict(tests.id('bart'), 'banned', true, '4.4', 'Took cash.');
    perform api.remove_workshop_member(tests.id('Northside Garage'), tests.id('rex'), 'Left.');
    perform tests.act_as_owner();
end;
$$;
