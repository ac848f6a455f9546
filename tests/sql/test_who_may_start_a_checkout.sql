-- Who may start a checkout, and when?

begin;
select plan(34);

update app.limits set most = 1000 where action = 'request_session';

-- What the service gets for somebody's payment: an attempt, or an error.
create function pg_temp.begin_checkout(name text, payment text) returns text language plpgsql as $$
declare
    answer text;
begin
    perform tests.act_as_service('backend');
    begin
        select
            c.attempt || ' ' || case when c.look_up then 'look up' else coalesce(c.checkout_url, '-') end
        into strict answer
        from backend.begin_checkout(tests.id(name), tests.id(payment)) as c;
    exception
        when others then
            answer := sqlstate || ': ' || sqlerrm;
    end;
    perform tests.act_as_owner();
    return answer;
end;
$$;

create function pg_temp.record_checkout(
    payment text,
    attempt integer,
    stripe_session_id text,
    lasts interval
)
    returns text
    language plpgsql
as $$
declare
    answer text := 'recorded';
    expires_at timestamptz := app.current_instant() + lasts;
begin
    perform tests.act_as_service('backend');
    begin
        perform backend.record_checkout(
            tests.id(payment),
            attempt,
            stripe_session_id,
            'https://stripe.test/' || stripe_session_id,
            expires_at
        );
    exception
        when others then
            answer := sqlstate;
    end;
    perform tests.act_as_owner();
    return answer;
end;
$$;

create function pg_temp.open_session(session text) returns void language plpgsql as $$
begin
    perform tests.open_session('ben', session, 'brakes', 'It squeals', 'Fiat', 'Panda');
end;
$$;

do $$
begin
    perform pg_temp.open_session('panda');
    perform pg_temp.open_session('withdrawn');
    perform tests.act_as('customer', 'ben');
    perform api.cancel_session(tests.id('withdrawn'));
    perform tests.act_as_owner();
    perform pg_temp.open_session('settled');
    perform tests.pay(tests.id('settled payment'));
    -- A bystander: failed once, and tried again by nobody; another page is being opened.
    perform pg_temp.open_session('bystander');
    update app.payments set status = 'failed' where id = tests.id('bystander payment');
    insert into app.checkout_attempts (payment_id, attempt)
    values (tests.id('bystander payment'), 1);
end;
$$;

-- Whose

select is(
    pg_temp.begin_checkout('ana', 'panda payment'),
    'PT404: no such payment of this customer',
    'nobody starts another''s payment'
);
select is(
    pg_temp.begin_checkout('ana', 'ana'),
    'PT404: no such payment of this customer',
    'nor one that is not there'
);
select is_empty(
    $$ select 1 from app.checkout_attempts where payment_id = tests.id('panda payment') $$,
    'and nothing is left of it'
);
select is(
    (
        select string_agg(rolname::text, ', ')
        from pg_catalog.pg_roles
        where has_function_privilege(oid, 'backend.begin_checkout(uuid, uuid)', 'execute')
            and not rolsuper
            and rolname <> 'postgres'
    ),
    'backend',
    'only the web service, which has verified who is asking, starts one at all'
);

-- The same attempt until it ends

select is(pg_temp.begin_checkout('ben', 'panda payment'), '1 -', 'a customer starts to pay');
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '1 -',
    'an answer that was lost is asked for again: the same attempt'
);
select results_eq(
    $$
        select
            payment_id, idempotency_key, amount_cents, currency, description, transfer_group
        from backend.begin_checkout(tests.id('ben'), tests.id('panda payment'))
    $$,
    $$
        values (
            tests.id('panda payment'),
            'checkout:' || tests.id('panda payment') || ':1',
            2500::bigint,
            'usd',
            'Remote car diagnostic',
            'job_' || tests.id('panda payment')
        )
    $$,
    'with the same key and amount, and nothing about a person'
);
select is(
    pg_temp.record_checkout('panda payment', 1, 'cs_1', '1 hour'), 'recorded',
    'the page is noted'
);
select is(
    pg_temp.record_checkout('panda payment', 1, 'cs_1', '1 hour'), 'recorded', 'again, too'
);
select is(
    pg_temp.record_checkout('panda payment', 1, 'cs_2', '1 hour'), 'PT409',
    'an attempt has one page'
);
select is(
    pg_temp.record_checkout('panda payment', 2, 'cs_2', '1 hour'), 'PT409',
    'and a page an attempt'
);
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '1 https://stripe.test/cs_1',
    'an open page is given again'
);

select tests.move_clock('1 hour');
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '2 -',
    'when it has expired by the clock, the next attempt begins'
);
do $$
begin
    perform tests.stripe_event(
        'evt_end', 'checkout.session.expired',
        jsonb_build_object(
            'id', 'cs_2', 'amount_total', 2500, 'currency', 'usd',
            'metadata', jsonb_build_object('payment_id', tests.id('panda payment'))
        )
    );
end;
$$;
select is(
    pg_temp.record_checkout('panda payment', 2, 'cs_2', '1 hour'), 'recorded',
    'a page may end before it is noted'
);
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '3 -', 'it is not given then'
);
select tests.move_clock('22 hours');
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '3 -', 'a key is good for 23 hours'
);

-- Until the deadline

do $$
begin
    perform tests.move_clock('59 minutes 59 seconds');
end;
$$;
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '3 -', 'a session may be paid for 24 hours'
);
select tests.move_clock('1 second');
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), 'PT409: the time to pay has passed',
    'and no longer, whether or not a job has noticed it'
);

do $$
begin
    update app.diagnostic_sessions
    set pay_by = pay_by + interval '10 days'
    where id = tests.id('panda');
end;
$$;
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '3 look up',
    'a key that Stripe may have forgotten is not sent again'
);
select is(
    tests.code_as_service(
        'backend', $$ select backend.fail_checkout(tests.id('panda payment'), 2) $$
    ),
    null,
    'an attempt comes to nothing once'
);
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '3 look up', 'and the live one is another'
);
select is(
    tests.code_as_service(
        'backend', $$ select backend.fail_checkout(tests.id('panda payment'), 3) $$
    ),
    null,
    'if nothing is found'
);
select is(
    pg_temp.begin_checkout('ben', 'panda payment'), '4 -', 'the next attempt begins, by another key'
);
select is(
    pg_temp.record_checkout('panda payment', 4, 'cs_4', '1 hour'), 'recorded',
    'the page is that of the newer attempt'
);

-- In which state

select is(
    pg_temp.begin_checkout('ben', 'withdrawn payment'),
    'PT409: the payment is made, under way, or no longer wanted',
    'a cancelled session is not paid'
);
select is(
    pg_temp.begin_checkout('ben', 'settled payment'),
    'PT409: the payment is made, under way, or no longer wanted',
    'nor a paid one again'
);
do $$
begin
    perform tests.stripe_event(
        'evt_slow', 'checkout.session.completed',
        jsonb_build_object(
            'id', 'cs_4', 'amount_total', 2500, 'currency', 'usd', 'payment_status', 'unpaid',
            'metadata', jsonb_build_object('payment_id', tests.id('panda payment'))
        )
    );
end;
$$;
select is(
    pg_temp.begin_checkout('ben', 'panda payment'),
    'PT409: the payment is made, under way, or no longer wanted',
    'nor one that is under way'
);

-- A repair

do $$
begin
    perform tests.act_as('customer', 'ana');
    perform api.approve_quote(tests.id('ana escalated quote of Northside Garage'));
    perform tests.act_as_owner();
    perform tests.named('ana repair', p.id)
    from app.payments as p
    where p.quote_id = (select tests.id('ana escalated quote of Northside Garage'));
end;
$$;
select results_eq(
    $$
        select amount_cents, description
        from backend.begin_checkout(tests.id('ana'), tests.id('ana repair'))
    $$,
    $$ values (80000::bigint, 'Car repair') $$,
    'an approved quote is paid like a session'
);
select tests.move_clock('3 days');
select is(
    pg_temp.begin_checkout('ana', 'ana repair'),
    'PT409: the time to pay has passed',
    'for three days'
);

select results_eq(
    $$
        select p.status, a.status
        from app.payments as p
        inner join app.checkout_attempts as a on p.id = a.payment_id
        where p.id = tests.id('bystander payment')
    $$,
    $$ values ('failed', 'creating') $$,
    'other payments are as they were'
);

-- Who may not

do $$
begin
    perform pg_temp.open_session('again');
    update app.standings set barred_until = 'infinity' where person_id = tests.id('ben');
end;
$$;
select is(
    pg_temp.begin_checkout('ben', 'again payment'),
    'PT403: the account is barred',
    'who is barred pays nothing'
);
do $$
begin
    update app.standings set barred_until = '-infinity' where person_id = tests.id('ben');
    update app.limits set most = 1 where action = 'start_checkout';
end;
$$;
select is(
    pg_temp.begin_checkout('ben', 'again payment'), '1 -', 'who is not, may'
);
select is(
    pg_temp.begin_checkout('ben', 'again payment'),
    'PT429: too many requests of this kind',
    'so many times an hour'
);
select is(
    (select count(*) from app.checkout_attempts where payment_id = tests.id('again payment')),
    1::bigint,
    'one live attempt'
);

select * from finish();
rollback;
