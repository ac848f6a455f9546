-- Which workshops are candidates for an escalation, and which of those chosen are invited?
--
-- dan lives in Farmville, far from every other city. Its workshops differ from Able in one way each.

begin;
select plan(55);

create function pg_temp.workshop(name text, city text) returns void language plpgsql as $$
declare
    workshop_id uuid;
begin
    perform tests.act_as('platform_admin', 'ada');
    workshop_id := api.create_workshop(name, tests.id(city), '{brakes,engine}');
    perform tests.act_as_owner();
    perform tests.named(name, workshop_id);
end;
$$;
-- Names of the candidates, in order.
create function pg_temp.candidates() returns text[] language sql as $$
    select coalesce(array_agg(w.name order by w.name), '{}')
    from backend.candidate_workshops(tests.id('escalation')) as c
    inner join app.workshops as w on c.workshop_id = w.id;
$$;
-- Offers to the named, best first, as the worker does.
create function pg_temp.offer(variadic names text[]) returns text language plpgsql as $$
declare
    choices jsonb;
    status text;
begin
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'workshop_id', tests.id(w.name), 'rank', w.rank, 'score', 0.5, 'terms', '{}'::jsonb,
                'eligible_count', cardinality(names)
            )
        ),
        '[]'
    ) into choices
    from unnest(names) with ordinality as w (name, rank)
    where w.name <> 'nobody';
    perform tests.act_as_service('worker');
    status := backend.offer_escalation(tests.id('escalation'), 1, choices);
    perform tests.act_as_owner();
    return status;
end;
$$;

insert into app.cities (name, region, latitude, longitude) values
    ('Farmville', 'Alaska', 65.00, -150.00),
    ('Nearby', 'Alaska', 65.25, -150.00),  -- 28 km
    ('Next County', 'Alaska', 65.45, -150.00),  -- 50 km
    ('Far Away', 'Alaska', 65.75, -150.00),  -- 83 km
    ('Another State', 'Alaska', 66.00, -150.00);  -- 111 km
select tests.named(name, id)
from app.cities
where region = 'Alaska';
select pg_temp.workshop(name, 'Farmville')
from unnest(array['Able', 'Full', 'Closed', 'Unpaid', 'Suspended', 'Barred', 'Tied', 'Other Trade'])
    as name;
select pg_temp.workshop('Near', 'Nearby');
select pg_temp.workshop('Homely', 'Nearby');
select pg_temp.workshop('County', 'Next County');
select pg_temp.workshop('Distant', 'Far Away');
select pg_temp.workshop('Foreign', 'Another State');
update app.workshops set radius_m = 200000 where name in ('Near', 'County', 'Distant', 'Foreign');
update app.workshops set radius_m = 20000 where name = 'Homely';
update app.workshops set open_bays = 0 where name = 'Full';
update app.workshops set takes_escalations = false where name = 'Closed';
update app.workshops set payouts_enabled = false where name = 'Unpaid';
update app.standings set suspended_until = 'infinity' where workshop_id = tests.id('Suspended');
update app.standings set barred_until = 'infinity' where workshop_id = tests.id('Barred');
delete from app.workshop_services
where workshop_id = tests.id('Other Trade') and service = 'brakes';
delete from app.workshop_services
where workshop_id = tests.id('Near') and service = 'engine';
insert into app.conflicts_of_interest (mechanic_id, workshop_id, reason)
values (tests.id('zoe'), tests.id('Tied'), 'owner'), (tests.id('max'), tests.id('Able'), 'owner');

select tests.sign_up('dan');
select tests.act_as('customer', 'dan');
select api.set_customer_profile('Dan', 'd', tests.id('Farmville'));
select tests.act_as_owner();
select tests.open_session('dan', 'dan session', 'brakes', 'Squeals', 'Kia', 'Rio');
select tests.work_through('dan session', 'zoe');
select tests.act_as('mechanic', 'zoe');
select api.complete_session(tests.id('dan session'), 'Worn.', 'Worn pads.', '{brakes,engine}');
select tests.named('escalation', api.escalate_session(tests.id('dan session')));

-- Who asks

select throws_ok(
    $$ select from backend.candidate_workshops(gen_random_uuid()) $$, '42501', null,
    'a mechanic does not ask'
);
select tests.act_as_owner();
select is(
    tests.code_as_service('backend', called.statement), '42501', 'nor the web process: ' || called.statement
)
from (
    values
        ('select from backend.candidate_workshops(gen_random_uuid())'),
        ('select from backend.matching_settings()'),
        ($$ select backend.offer_escalation(gen_random_uuid(), 1, '[]') $$)
) as called (statement);
select is(
    tests.code_as_service('worker', called.statement), null, 'the worker does: ' || called.statement
)
from (
    values
        ('select from backend.candidate_workshops(gen_random_uuid())'),
        ('select from backend.matching_settings()'),
        ($$ select backend.offer_escalation(gen_random_uuid(), 1, '[]') $$)
) as called (statement);
select results_eq(
    $$ select version, offers_per_wave from backend.matching_settings() $$, $$ values (1, 3) $$,
    'the weights in effect come with their version'
);
insert into app.matching_configs (
    version, effective_from, fit_weight, proximity_weight, rating_weight, accept_weight,
    capacity_weight, price_weight, proximity_scale_km, rating_prior_mean, rating_prior_count,
    accept_prior_yes, accept_prior_no
) values
    (2, app.current_instant(), 1, 0, 0, 0, 0, 0, 20, 4.2, 10, 6, 4),
    (3, app.current_instant() + interval '1 second', 1, 0, 0, 0, 0, 0, 20, 4.2, 10, 6, 4);
select results_eq(
    $$ select version from backend.matching_settings() $$, $$ values (2) $$,
    'the newest that is in effect'
);

-- Eligible workshops

select is(
    pg_temp.candidates(), array['Able', 'Near'],
    'within the radius, able, free, paid out, in good standing, without ties: no other'
);
select results_eq(
    $$
        select w.name, c.fit, round(c.distance_m / 1000), c.rating_count, c.offers,
            c.accepted_offers, c.open_bays, c.free_bays, c.price_index, c.recent_offers
        from backend.candidate_workshops(tests.id('escalation')) as c
        inner join app.workshops as w on c.workshop_id = w.id
        order by w.name
    $$,
    $$
        values
            ('Able', 'exact', 0::double precision, 0, 0, 0, 2, 2, 1::double precision, 0),
            ('Near', 'service', 28, 0, 0, 0, 2, 2, 1, 0)
    $$,
    'each with what the score looks at'
);
update app.conflicts_of_interest set workshop_id = tests.id('Able')
where workshop_id = tests.id('Tied');
select is(pg_temp.candidates(), array['Near', 'Tied'], 'a tie follows the mechanic');
update app.conflicts_of_interest set workshop_id = tests.id('Tied')
where workshop_id = tests.id('Able') and mechanic_id = tests.id('zoe');
update app.standings
set suspended_until = app.current_instant() + interval '1 hour'
where workshop_id = tests.id('Suspended');
update app.standings
set barred_until = app.current_instant() + interval '1 hour'
where workshop_id = tests.id('Barred');
select tests.move_clock(interval '1 hour');
select is(
    pg_temp.candidates(), array['Able', 'Barred', 'Near', 'Suspended'],
    'a restriction ends by the clock'
);
select tests.move_clock(interval '-1 hour');
update app.standings set suspended_until = 'infinity' where workshop_id = tests.id('Suspended');
update app.standings set barred_until = 'infinity' where workshop_id = tests.id('Barred');

-- Each wave looks half as far again

update app.escalations set wave = 1 where id = tests.id('escalation');
select is(pg_temp.candidates(), array['Able', 'County', 'Near'], 'the second wave: 60 km');
update app.escalations set wave = 2 where id = tests.id('escalation');
select is(
    pg_temp.candidates(), array['Able', 'County', 'Distant', 'Near'], 'the third wave: 90 km'
);
update app.escalations set wave = 0 where id = tests.id('escalation');

-- What is offered is looked at again

select is(pg_temp.offer('nobody'), 'matching', 'nobody to invite: the next wave looks further');
select results_eq(
    $$ select wave from app.escalations where id = tests.id('escalation') $$, $$ values (1) $$,
    'one wave is used up'
);
select results_eq(
    $$
        select count(*)
        from procrastinate.procrastinate_jobs
        where args ->> 'escalation_id' = tests.id('escalation')::text
    $$,
    $$ values (2::bigint) $$,
    'and a job queued again'
);
savepoint nobody;
select is(pg_temp.offer('nobody'), 'matching', 'so it goes on');
select is(pg_temp.offer('nobody'), 'unfilled', 'until no wave is left');
select is(pg_temp.offer('Able'), 'unfilled', 'then nothing is offered any more');
select tests.act_as('customer', 'dan');
select results_eq(
    $$
        select kind from api.notices
        where about_id = tests.id('escalation') and kind <> 'session_escalated'
    $$,
    $$ values ('escalation_unfilled') $$,
    'and the customer is told'
);
select tests.act_as_owner();
rollback to nobody;

savepoint unfit;
select is(
    pg_temp.offer('Closed', 'Unpaid', 'Suspended'), 'matching',
    'whoever does not take escalations, is not paid out, or is suspended is not invited'
);
select is(
    pg_temp.offer('Barred', 'Tied'), 'unfilled', 'nor who is barred or tied to the mechanic'
);
select is_empty(
    $$ select from app.offers where escalation_id = tests.id('escalation') $$, 'nobody was'
);
rollback to unfit;

select is(pg_temp.offer('Able', 'Near', 'County', 'Distant'), 'offered', 'the fit are invited');
select results_eq(
    $$
        select w.name, o.rank, o.wave, o.eligible_count, o.config_version, o.status,
            o.accept_by - o.offered_at, o.visible_until = o.accept_by
        from app.offers as o
        inner join app.workshops as w on o.workshop_id = w.id
        where o.escalation_id = tests.id('escalation')
        order by o.rank
    $$,
    $$
        values
            ('Able', 1, 2, 4, 1, 'open', interval '2 hours', true),
            ('Near', 2, 2, 4, 1, 'open', interval '2 hours', true),
            ('County', 3, 2, 4, 1, 'open', interval '2 hours', true)
    $$,
    'at most three, for two hours'
);
select is(pg_temp.offer('Distant'), 'offered', 'the same job once more changes nothing');
select results_eq(
    $$ select count(*) from app.offers where escalation_id = tests.id('escalation') $$,
    $$ values (3::bigint) $$,
    'three offers are there'
);
select is(pg_temp.candidates(), '{}', 'and nobody is a candidate');
select tests.act_as('customer', 'dan');
select isnt_empty(
    $$ select from api.notices where kind = 'workshops_invited' $$, 'the customer is told'
);

-- The clock ends a wave; who was asked is not asked again

select tests.act_as_owner();
select is(app.expire_overdue_offers(), 0, 'nothing is overdue yet');
select tests.move_clock(interval '2 hours');
select is(app.expire_overdue_offers(), 2, 'after two hours two escalations are: dan''s and ana''s');
select is(app.expire_overdue_offers(), 0, 'once');
select results_eq(
    $$ select status, wave from app.escalations where id = tests.id('escalation') $$,
    $$ values ('matching', 2) $$,
    'the next wave is sought'
);
select is(pg_temp.candidates(), array['Distant'], 'among those who were not asked before');
select throws_ok(
    $$ select pg_temp.offer('Distant', 'Distant') $$, '23505', null, 'a workshop is not offered a case twice'
);
select is(pg_temp.offer('Able'), 'unfilled', 'the last wave found nobody');

-- History: silence is a mark against a workshop; being full is not

select tests.act_as_owner();
select tests.open_session('dan', 'dan again', 'brakes', 'Squeals', 'Kia', 'Rio');
select tests.work_through('dan again', 'max');
select tests.complete('dan again', 'max');
select tests.act_as('mechanic', 'max');
select tests.named('again', api.escalate_session(tests.id('dan again')));
select tests.act_as_owner();
select results_eq(
    $$
        select w.name, c.offers, c.accepted_offers, c.recent_offers
        from backend.candidate_workshops(tests.id('again')) as c
        inner join app.workshops as w on c.workshop_id = w.id
        where w.name in ('Near', 'Tied')
        order by 1
    $$,
    $$ values ('Near', 1, 0, 1), ('Tied', 0, 0, 0) $$,
    'who let an offer pass has it in their history'
);
update app.offers set taken_back_at = offered_at
where workshop_id = tests.id('Near');
select results_eq(
    $$
        select c.offers, c.accepted_offers, c.recent_offers
        from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near')
    $$,
    $$ values (0, 0, 1) $$,
    'but not when it was taken back'
);
update app.offers set taken_back_at = null, decline_code = 'no_capacity'
where workshop_id = tests.id('Near');
select results_eq(
    $$ select c.offers from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near') $$,
    $$ values (0) $$,
    'nor when the workshop was full'
);
update app.offers set decline_code = 'wrong_skill'
where workshop_id = tests.id('Near');
select results_eq(
    $$ select c.offers from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near') $$,
    $$ values (0) $$,
    'nor when the work was not its own'
);
update app.offers set decline_code = 'not_interested'
where workshop_id = tests.id('Near');
select results_eq(
    $$ select c.offers from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near') $$,
    $$ values (1) $$,
    'but when it did not care'
);

-- A bay is taken from acceptance until the repair is done

update app.workshops set open_bays = 1 where id = tests.id('Near');
select tests.invite('nan', 'workshop', tests.id('Near'));
select tests.open_session('dan', 'dan third', 'brakes', 'Squeals', 'Kia', 'Rio');
select tests.work_through('dan third', 'max');
select tests.complete('dan third', 'max');
select tests.escalate('dan third', 'max', array['Near']);
create function pg_temp.near_is_candidate() returns boolean language sql as $$
    select exists (
        select
        from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near')
    );
$$;
select ok(pg_temp.near_is_candidate(), 'an offer that nobody answered takes no bay');
select results_eq(
    $$
        select c.offers
        from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near')
    $$,
    $$ values (1) $$,
    'nor counts before it is answered or has run out'
);
select tests.act_as('workshop', 'nan');
select api.accept_offer(tests.id('dan third offer to Near'));
select tests.act_as_owner();
select ok(not pg_temp.near_is_candidate(), 'an accepted one does: the only bay is taken');
select tests.move_clock(interval '8 hours');
select ok(pg_temp.near_is_candidate(), 'unless the time to quote has passed');
select tests.move_clock(interval '-8 hours');
select tests.quote('dan third', 'Near', 'nan', 30000, 20000);
select tests.act_as('customer', 'dan');
select tests.named('repair', api.approve_quote(tests.id('dan third quote of Near')));
select tests.act_as_owner();
select tests.pay(tests.id('repair'));
select ok(not pg_temp.near_is_candidate(), 'a paid repair takes it');
select tests.act_as('workshop', 'nan');
select api.finish_repair(tests.id('dan third offer to Near'));
select tests.act_as_owner();
select ok(pg_temp.near_is_candidate(), 'a repair that is done gives it back');
select tests.act_as('customer', 'dan');
select api.confirm_repair(tests.id('dan third escalation'));
select tests.act_as_owner();
select ok(pg_temp.near_is_candidate(), 'and keeps it so when it is confirmed');
select results_eq(
    $$
        select c.offers, c.accepted_offers
        from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near')
    $$,
    $$ values (2, 1) $$,
    'and counts for the workshop'
);

select tests.open_session('dan', 'dan fourth', 'brakes', 'Squeals', 'Kia', 'Rio');
select tests.work_through('dan fourth', 'max');
select tests.complete('dan fourth', 'max');
select tests.escalate('dan fourth', 'max', array['Near']);
select tests.act_as('workshop', 'nan');
select api.accept_offer(tests.id('dan fourth offer to Near'));
select tests.act_as('customer', 'dan');
select api.cancel_escalation(tests.id('dan fourth escalation'));
select tests.act_as_owner();
select results_eq(
    $$
        select c.offers, c.accepted_offers
        from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near')
    $$,
    $$ values (3, 2) $$,
    'as does one that it accepted and lost'
);
update app.offers set offered_at = offered_at - interval '91 days'
where workshop_id = tests.id('Near');
select results_eq(
    $$
        select c.offers, c.accepted_offers, c.recent_offers
        from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near')
    $$,
    $$ values (3, 2, 0) $$,
    'after ninety days an offer is not recent'
);
update app.offers set offered_at = offered_at - interval '90 days'
where workshop_id = tests.id('Near');
select results_eq(
    $$
        select c.offers, c.accepted_offers, c.recent_offers
        from backend.candidate_workshops(tests.id('again')) as c
        where c.workshop_id = tests.id('Near')
    $$,
    $$ values (0, 0, 0) $$,
    'after a hundred and eighty it does not count'
);

-- Ten thousand cities, all over the world

insert into app.cities (name, region, country, latitude, longitude)
select 'City ' || n, 'Region ' || n % 100, 'XX', (n * 37 % 1700) / 10.0 - 85, (n * 101 % 3599) / 10.0 - 179.9
from generate_series(1, 10000) as n;
analyze app.cities;
create function pg_temp.found_by_index() returns bigint[] language plpgsql as $$
declare
    before bigint[] := array[
        pg_stat_get_xact_numscans('app.cities_by_place'::regclass), pg_stat_get_xact_tuples_returned('app.cities'::regclass)
    ];
begin
    perform c.workshop_id from backend.candidate_workshops(tests.id('again')) as c;
    return array[
        pg_stat_get_xact_numscans('app.cities_by_place'::regclass) - before[1],
        pg_stat_get_xact_tuples_returned('app.cities'::regclass) - before[2]
    ];
end;
$$;
select is(
    pg_temp.found_by_index(), '{1,0}'::bigint[],
    'the nearest are found by one look into the index of places; no city is read in turn'
);

select * from finish();
rollback;
