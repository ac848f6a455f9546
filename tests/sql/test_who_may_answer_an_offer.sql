-- Who may answer an offer?
--
-- ana's case: Northside has accepted and quoted, Eastgate has declined, Harbor's offer is open.

begin;
select plan(51);

select tests.named('offer', tests.id('ana escalated offer to Harbor Auto'));

-- Before answering

select tests.act_as('workshop', 'wanda');
select results_eq(
    $$
        select
            customer_first_name, customer_last_initial, city, vehicle_year, vehicle_make,
            vehicle_model, vehicle_colour, vin, diagnosis, recommended_services
        from api.workshop_cases
        where offer_id = tests.id('offer')
    $$,
    $$
        values (
            'Ana', 'A', 'Springfield', 2016, 'Toyota', 'Corolla', 'grey', '2T1BURHE5JC034461',
            'Front pads worn to 2 mm.', '{brakes}'::text[]
        )
    $$,
    'the workshop sees five things of an open offer: name, city, car, diagnosis, services'
);
select results_eq(
    $$ select outcome, quoted_cents from api.workshop_offers where id = tests.id('offer') $$,
    $$ values ('open', null::bigint) $$,
    'and its offer'
);
select columns_are(
    'api', 'workshop_cases',
    array[
        'offer_id', 'workshop_id', 'customer_first_name', 'customer_last_initial', 'city',
        'vehicle_year', 'vehicle_make', 'vehicle_model', 'vehicle_colour', 'vin', 'diagnosis',
        'recommended_services'
    ],
    'a case has no other column'
);
select columns_are(
    'api', 'workshop_offers',
    array[
        'id', 'workshop_id', 'offered_at', 'accept_by', 'answered_at', 'quote_by', 'outcome',
        'decline_code', 'quote_status', 'quoted_cents', 'currency'
    ],
    'an offer says nothing of the case, its rank or its score'
);
select is_empty(
    $$ select from api.workshop_offers where workshop_id <> tests.id('Harbor Auto') $$,
    'a workshop sees no other workshop''s offer'
);
select tests.act_as('workshop', 'lena');
select is_empty($$ select from api.workshop_cases $$, 'a workshop without an offer sees no case');
select is_empty($$ select from api.workshop_offers $$, 'and no offer');
select tests.act_as('workshop', 'dora');
select results_eq(
    $$ select distinct workshop_id from api.workshop_offers order by workshop_id $$,
    $$
        select tests.id(name)
        from unnest(array['Northside Garage', 'Harbor Auto']) as name
        order by 1
    $$,
    'an advisor of two workshops sees the offers of both'
);
select tests.act_as('workshop', 'rex');
select is_empty($$ select from api.workshop_offers $$, 'a removed advisor sees none');

-- Who may not accept

select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT404', null,
    'another workshop may not accept'
);
select throws_ok(
    $$ select api.decline_offer(tests.id('offer'), 'other') $$, 'PT404', null, 'nor decline'
);
select tests.act_as('customer', 'ana');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, '42501', null, 'the customer may not accept'
);

select tests.act_as_owner();
update app.standings
set suspended_until = 'infinity'
where person_id = tests.id('wanda');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT403', null,
    'a suspended advisor may not accept'
);
select tests.act_as_owner();
update app.standings
set suspended_until = case
    when workshop_id = tests.id('Harbor Auto') then 'infinity'::timestamptz
    else '-infinity'
end
where tests.id('Harbor Auto') = workshop_id or tests.id('wanda') = person_id;
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT403', null,
    'nor an advisor of a suspended workshop'
);
select isnt_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('offer') $$,
    'though the offer is open still'
);
select tests.act_as_owner();
update app.standings
set suspended_until = '-infinity', barred_until = 'infinity'
where workshop_id = tests.id('Harbor Auto');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT403', null,
    'a barred workshop may not accept'
);
select throws_ok(
    $$ select api.decline_offer(tests.id('offer'), 'other') $$, 'PT403', null, 'nor decline'
);
select is_empty($$ select from api.workshop_cases $$, 'and sees no case');
select isnt_empty($$ select from api.workshop_offers $$, 'its own record stays');
select tests.act_as_owner();
update app.standings
set barred_until = '-infinity'
where workshop_id = tests.id('Harbor Auto');

update app.workshops
set open_bays = 0
where id = tests.id('Harbor Auto');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT409', 'the workshop has no free bay',
    'a workshop without a bay may not accept'
);
select tests.act_as_owner();
update app.workshops
set open_bays = 1
where id = tests.id('Harbor Auto');

-- Deadlines pass by the clock: nothing has run

select tests.move_clock(interval '2 hours');
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT409', 'the offer is no longer open',
    'after two hours nobody may accept'
);
select throws_ok(
    $$ select api.decline_offer(tests.id('offer'), 'other') $$, 'PT409', null, 'nor decline'
);
select results_eq(
    $$ select outcome from api.workshop_offers where id = tests.id('offer') $$,
    $$ values ('expired') $$,
    'the offer reads as expired'
);
select is_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('offer') $$,
    'and the case is gone'
);
select tests.act_as_owner();
select tests.move_clock(interval '-2 hours');

-- Declining

savepoint undecided;
select tests.act_as('workshop', 'wanda');
select throws_ok(
    $$ select api.decline_offer(tests.id('offer'), null) $$, 'PT422', null,
    'declining needs a reason'
);
select throws_ok(
    $$ select api.decline_offer(tests.id('offer'), 'call me') $$, 'PT422', null,
    'which is a code'
);
select lives_ok(
    $$ select api.decline_offer(tests.id('offer'), 'too_far') $$, 'the workshop declines'
);
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT409', null, 'and cannot accept then'
);
select throws_ok(
    $$ select api.decline_offer(tests.id('offer'), 'too_far') $$, 'PT409', null,
    'nor decline again'
);
select results_eq(
    $$
        select outcome, decline_code
        from api.workshop_offers
        where id = tests.id('offer')
    $$,
    $$ values ('declined', 'too_far') $$,
    'what it keeps is its own answer'
);
select is_empty($$ select from api.workshop_cases $$, 'the case is gone');
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select status from api.customer_escalations $$, $$ values ('quoted') $$,
    'one quote is there, so nothing is sought'
);
rollback to undecided;

-- Accepting

select tests.act_as('workshop', 'wanda');
select lives_ok($$ select api.accept_offer(tests.id('offer')) $$, 'an advisor accepts in time');
select throws_ok(
    $$ select api.accept_offer(tests.id('offer')) $$, 'PT409', null, 'but not twice'
);
select throws_ok(
    $$ select api.decline_offer(tests.id('offer'), 'other') $$, 'PT409', null,
    'nor declines what was accepted'
);
select results_eq(
    $$
        select o.outcome, o.quote_by - o.answered_at, t.is_open
        from api.workshop_offers as o
        inner join api.workshop_threads as t on o.id = t.offer_id
        where o.id = tests.id('offer')
    $$,
    $$ values ('accepted', interval '8 hours', true) $$,
    'eight hours to quote, and a conversation'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select provider_name from api.customer_threads where offer_id = tests.id('offer') $$,
    $$ values ('Harbor Auto') $$,
    'the customer finds the conversation too'
);
select tests.act_as('workshop', 'walt');
select is_empty(
    $$ select from api.workshop_threads where offer_id = tests.id('offer') $$,
    'another workshop does not'
);
select tests.act_as_owner();
select tests.move_clock(interval '7 hours 59 minutes');
select tests.act_as('workshop', 'wanda');
select isnt_empty($$ select from api.workshop_cases $$, 'the case stays in sight for eight hours');
select tests.act_as_owner();
select tests.move_clock(interval '1 minute');
select tests.act_as('workshop', 'wanda');
select is_empty($$ select from api.workshop_cases $$, 'and not a minute longer without a quote');
select is_empty($$ select from api.workshop_threads $$, 'nor the conversation');
select results_eq(
    $$ select outcome from api.workshop_offers where id = tests.id('offer') $$,
    $$ values ('lost') $$,
    'the offer reads as lost'
);
select tests.act_as_owner();
select tests.move_clock(interval '-8 hours');

-- The last no

select tests.sign_up('dan');
select tests.act_as('customer', 'dan');
select api.set_customer_profile('Dan', 'd', tests.id('Springfield'));
select tests.act_as_owner();
select tests.open_session('dan', 'dan session', 'brakes', 'Squeals', 'Kia', 'Rio');
select tests.work_through('dan session', 'zoe');
select tests.complete('dan session', 'zoe');
select tests.escalate('dan session', 'zoe', array['Lakeview Repairs', 'Eastgate Motors']);
select tests.act_as('workshop', 'lena');
select api.decline_offer(tests.id('dan session offer to Lakeview Repairs'), 'wrong_skill');
select tests.act_as('customer', 'dan');
select results_eq(
    $$ select status from api.customer_escalations $$, $$ values ('offered') $$,
    'while one may answer still, the case waits'
);
select tests.act_as('workshop', 'wes');
select api.decline_offer(tests.id('dan session offer to Eastgate Motors'), 'no_capacity');
select tests.act_as('customer', 'dan');
select results_eq(
    $$ select status, wave from api.customer_escalations $$, $$ values ('matching', 1) $$,
    'after the last no, the next wave is sought'
);
select results_eq(
    $$
        select count(*)
        from api.notices
        where kind = 'escalation_matching_again'
    $$,
    $$ values (1::bigint) $$,
    'and the customer told'
);
select tests.act_as_owner();
select results_eq(
    $$
        select count(*)
        from procrastinate.procrastinate_jobs
        where args ->> 'escalation_id' = tests.id('dan session escalation')::text
    $$,
    $$ values (2::bigint) $$,
    'with a second job'
);

-- Who hears of an offer

select tests.act_as_owner();
create function pg_temp.told() returns text[] language plpgsql as $$
declare
    subject_id uuid := gen_random_uuid();
begin
    perform app.tell_workshop(tests.id('Northside Garage'), 'offer_received', subject_id);
    return array(
        select n.name
        from app.notices as o
        inner join tests.names as n on o.person_id = n.id
        where o.about_id = subject_id
        order by n.name
    );
end;
$$;
select is(pg_temp.told(), array['dora', 'walt'], 'its advisors do, not one who was removed');
update app.standings set barred_until = 'infinity' where person_id = tests.id('walt');
select is(pg_temp.told(), array['dora'], 'nor one who is barred');
update app.standings set barred_until = 'infinity' where workshop_id = tests.id('Northside Garage');
select is(pg_temp.told(), '{}', 'nor anyone of a barred workshop');

-- Other hours, by one row

select tests.act_as_owner();
update app.settings set accept_offer_within = interval '5 minutes', quote_within = interval '7 minutes';
select tests.open_session('ben', 'short', 'brakes', 'Noise', 'Ford', 'Focus');
select tests.work_through('short', 'zoe');
select tests.complete('short', 'zoe');
select tests.escalate('short', 'zoe', array['Lakeview Repairs']);
select tests.act_as('workshop', 'lena');
select lives_ok($$ select api.accept_offer(tests.id('short offer to Lakeview Repairs')) $$, 'an offer under other settings');
select results_eq(
    $$
        select accept_by - offered_at, quote_by - answered_at
        from api.workshop_offers
        where id = tests.id('short offer to Lakeview Repairs')
    $$,
    $$ values (interval '5 minutes', interval '7 minutes') $$,
    'is open as long as the settings say, and so is the time to quote'
);

select * from finish();
rollback;
