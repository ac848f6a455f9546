-- What does the clock end, and what follows?
--
-- ana's case: Northside has quoted, Harbor's offer is open. The sweep writes down what the views said before.

begin;
select plan(33);

select tests.named('escalation', tests.id('ana escalated escalation'));
select tests.named('northside', tests.id('ana escalated offer to Northside Garage'));
select tests.named('harbor', tests.id('ana escalated offer to Harbor Auto'));
select tests.named('quote', tests.id('ana escalated quote of Northside Garage'));

create function pg_temp.after(passed interval) returns text language plpgsql as $$
begin
    perform tests.act_as_owner();
    perform tests.move_clock(passed);
    perform app.expire_overdue_offers();
    return (select e.status from app.escalations as e where e.id = tests.id('escalation'));
end;
$$;
grant execute on function pg_temp.after to public;

-- An unanswered offer

select is(pg_temp.after(interval '1 hour 59 minutes'), 'quoted', 'before two hours nothing happens');
select results_eq(
    $$ select status from app.offers where id = tests.id('harbor') $$, $$ values ('open') $$,
    'an offer is open for two hours'
);
select is(pg_temp.after(interval '1 minute'), 'quoted', 'the quote stands when an offer expires');
select results_eq(
    $$ select status, visible_until::text, taken_back_at::text from app.offers
        where id = tests.id('harbor') $$,
    $$ values ('expired', '-infinity', null) $$,
    'the offer has expired, unanswered'
);
select results_eq(
    $$ select kind from app.notices
        where about_id = tests.id('harbor') and kind <> 'offer_received' and person_id = tests.id('wanda') $$,
    $$ values ('offer_expired') $$,
    'its workshop is told'
);

-- A quote that nobody decided on

savepoint undecided;
select is(pg_temp.after(interval '6 days 21 hours'), 'quoted', 'a quote waits for seven days');
select is(pg_temp.after(interval '1 hour'), 'matching', 'then others are asked');
select results_eq(
    $$
        select o.status, q.status, t.is_open
        from app.offers as o
        inner join app.repair_quotes as q on o.id = q.offer_id
        inner join app.threads as t on o.id = t.offer_id
        where o.id = tests.id('northside')
    $$,
    $$ values ('lost', 'expired', false) $$,
    'the quote has expired, the offer is lost, the conversation closed'
);
select results_eq(
    $$
        select count(*)
        from procrastinate.procrastinate_jobs
        where args ->> 'escalation_id' = tests.id('escalation')::text
    $$,
    $$ values (2::bigint) $$,
    'a job is queued for the next wave'
);
select tests.act_as('customer', 'ana');
select isnt_empty(
    $$ select from api.notices where kind = 'escalation_matching_again' $$, 'and the customer told'
);
rollback to undecided;

-- No wave left

savepoint undecided;
update app.escalations set wave = 3 where id = tests.id('escalation');
select is(pg_temp.after(interval '7 days'), 'unfilled', 'after the third wave the search ends');
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select status, ended_at is not null from api.customer_escalations $$,
    $$ values ('unfilled', true) $$,
    'the customer sees it'
);
select isnt_empty(
    $$ select from api.notices where kind = 'escalation_unfilled' $$, 'and is told'
);
select throws_ok(
    $$ select api.cancel_escalation(tests.id('escalation')) $$, 'PT409', null,
    'there is nothing left to cancel'
);
select is(pg_temp.after(interval '1 day'), 'unfilled', 'and nothing left to expire');
rollback to undecided;

-- Accepted, and never quoted

savepoint undecided;
select tests.act_as('customer', 'ana');
select api.decline_quote(tests.id('quote'));
select is(pg_temp.after(interval '7 hours 59 minutes'), 'accepted', 'eight hours for another quote');
select is(pg_temp.after(interval '1 minute'), 'matching', 'then the offer is lost');
select results_eq(
    $$ select status from app.offers where id = tests.id('northside') $$, $$ values ('lost') $$,
    'its row says so'
);
select results_eq(
    $$ select status from app.repair_quotes where id = tests.id('quote') $$,
    $$ values ('declined') $$,
    'and its quote what the customer said'
);
rollback to undecided;

-- Approved, and never paid

savepoint undecided;
select tests.act_as('customer', 'ana');
select tests.named('payment', api.approve_quote(tests.id('quote')));
select is(pg_temp.after(interval '2 days 23 hours'), 'approved', 'three days to pay');
savepoint processing;
select tests.act_as_owner();
update app.payments set status = 'processing' where id = tests.id('payment');
select is(pg_temp.after(interval '1 hour'), 'approved', 'a payment under way is waited for');
rollback to processing;
select is(pg_temp.after(interval '1 hour'), 'cancelled', 'then the case ends');
select results_eq(
    $$
        select q.status, o.status, p.status, t.is_open
        from app.repair_quotes as q
        inner join app.offers as o on q.offer_id = o.id
        inner join app.payments as p on q.id = p.quote_id
        inner join app.threads as t on o.id = t.offer_id
        where q.id = tests.id('quote')
    $$,
    $$ values ('expired', 'lost', 'expired', false) $$,
    'with its quote, its offer, its payment and its conversation'
);
select tests.act_as('customer', 'ana');
select isnt_empty($$ select from api.notices where kind = 'repair_not_paid' $$, 'the customer is told');
select tests.act_as('workshop', 'walt');
select is_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('northside') $$,
    'the workshop sees the case no more'
);
rollback to undecided;

-- Approved and paid: no deadline

savepoint undecided;
select tests.act_as('customer', 'ana');
select tests.named('payment', api.approve_quote(tests.id('quote')));
select tests.act_as_owner();
select tests.pay(tests.id('payment'));
select is(pg_temp.after(interval '30 days'), 'paid', 'what is paid does not expire');
select tests.act_as('workshop', 'walt');
select isnt_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('northside') $$,
    'and the workshop keeps the case'
);
rollback to undecided;

-- The worker does it

select is(
    tests.code_as_service('worker', 'select app.expire_overdue_offers()'), '42501',
    'the worker reaches no table function'
);
select is(
    tests.code_as_service('backend', 'select backend.expire_overdue()'), '42501',
    'the web process does not sweep'
);
select tests.act_as_owner();
select tests.move_clock(interval '7 days');
select is(
    tests.code_as_service('worker', 'select backend.expire_overdue()'), null, 'the worker does'
);
select results_eq(
    $$ select status from app.escalations where id = tests.id('escalation') $$,
    $$ values ('matching') $$,
    'with the same effect'
);
select tests.act_as('customer', 'ben');
select set_eq(
    $$
        select id, status
        from api.customer_sessions
        where id in (tests.id('ben queued'), tests.id('ben requested'))
    $$,
    $$
        values
            (tests.id('ben queued'), 'cancelled'),
            (tests.id('ben requested'), 'expired')
    $$,
    'and for sessions that nobody accepted, or paid'
);
select results_eq(
    $$
        select refund_cents
        from api.customer_payments
        where session_id = tests.id('ben queued')
    $$,
    $$ values (2500::bigint) $$,
    'of which the paid one is owed back'
);

select * from finish();
rollback;
