-- What is withheld from a workshop that is barred, and what becomes of it?

begin;
select plan(31);

update app.limits set most = 1000;

create function pg_temp.balances(owner text) returns jsonb language sql as $$
    select coalesce(jsonb_object_agg(a.name, a.balance_cents), '{}')
    from api.admin_ledger_accounts as a
    where a.owner_id = (select tests.id(owner)) and a.balance_cents <> 0;
$$;
create function pg_temp.restrict(holder text, kind text, off_platform boolean, days integer default null)
    returns void
    language plpgsql
as $$
begin
    perform tests.act_as('platform_admin', 'ada');
    perform tests.named(
        'restriction of ' || holder,
        api.restrict(tests.id(holder), restrict.kind, restrict.off_platform, '4.4', 'Took cash.', restrict.days)
    );
    perform tests.act_as_owner();
end;
$$;
create function pg_temp.lift(holder text) returns void language plpgsql as $$
begin
    perform tests.act_as('platform_admin', 'ada');
    perform api.lift_restriction(tests.id('restriction of ' || holder), 'A mistake.');
    perform tests.act_as_owner();
    delete from tests.names where name = 'restriction of ' || holder;
end;
$$;
create function pg_temp.begun() returns text language plpgsql as $$
declare
    found text;
begin
    perform tests.act_as_service('worker');
    select case when t.look_up then 'look up' else t.amount_cents::text end into found
    from backend.begin_transfer(tests.id('cleo repaired repair payment'), 'work') as t;
    perform tests.act_as_owner();
    return coalesce(found, 'nothing');
end;
$$;
create function pg_temp.fail(attempt integer) returns void language plpgsql as $$
begin
    perform tests.act_as_service('worker');
    perform backend.fail_transfer(
        tests.id('cleo repaired repair payment'), 'work', fail.attempt, 'not made', interval '0'
    );
    perform tests.act_as_owner();
end;
$$;

insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id, transfers)
values (tests.id('Northside Garage'), 'workshop', 'acct_ng', 'active');
do $$
declare
    payment_id uuid;
begin
    perform tests.act_as('customer', 'ana');
    payment_id := api.approve_quote(tests.id('ana escalated quote of Northside Garage'));
    perform tests.act_as_owner();
    perform tests.named('late', payment_id);
    perform tests.stripe_event(
        'evt_late', 'checkout.session.completed',
        jsonb_build_object(
            'id', 'cs_late', 'object', 'checkout.session', 'amount_total', 80000, 'currency', 'usd',
            'client_reference_id', payment_id, 'metadata', jsonb_build_object('payment_id', payment_id),
            'mode', 'payment', 'payment_status', 'paid', 'payment_intent', 'pi_late'
        )
    );
    perform tests.act_as('workshop', 'walt');
    perform api.finish_repair(tests.id('ana escalated offer to Northside Garage'));
    perform tests.act_as_owner();
end;
$$;
select tests.move_clock('8 days');
select is(
    pg_temp.balances('Northside Garage'), '{"payable.workshop": -108000}', 'a repair is done, and owed for'
);

-- Who is not barred keeps it

select pg_temp.restrict('Northside Garage', 'suspended', false, 7);
select is(
    pg_temp.balances('Northside Garage'), '{"payable.workshop": -108000}', 'a suspension withholds nothing'
);
select pg_temp.lift('Northside Garage');
select pg_temp.restrict('dora', 'banned', true);
select is(
    pg_temp.balances('Northside Garage'), '{"payable.workshop": -108000}', 'nor does the ban of an advisor'
);

-- A ban

create temporary table mechanics_before as select pg_temp.balances('max') as held;
select pg_temp.restrict('Northside Garage', 'banned', true);
select is(
    pg_temp.balances('Northside Garage'), '{"withheld.workshop": -108000}', 'a ban withholds what was earned'
);
select is(
    pg_temp.balances('max'), (select held from mechanics_before), 'not what the mechanic earned by referring it'
);
select is(pg_temp.begun(), 'nothing', 'nothing is sent');
select tests.act_as('workshop', 'walt');
select results_eq(
    'select state, withheld_at, owed_cents, forfeited_cents from api.workshop_earnings',
    $$ values ('withheld', tests.instant(), 108000::bigint, 0::bigint) $$, 'the advisors see it'
);
select results_eq(
    $$
        select account, amount_cents
        from api.workshop_statement
        where description = 'Withheld'
        order by account
    $$,
    $$ values ('payable', -108000::bigint), ('withheld', 108000) $$, 'in the statement too'
);
select tests.act_as('platform_admin', 'ada');
select results_eq(
    'select withheld_cents, payable_cents, trial_balance_cents from api.admin_books',
    $$ values (110250::bigint, 10500::bigint, 0::bigint) $$, 'so do the books: bart''s 22.50 is withheld as well'
);

-- What is earned by then, and learned of after

select tests.act_as_owner();
select is(
    tests.stripe_event(
        'evt_late_charge', 'charge.succeeded',
        jsonb_build_object(
            'id', 'ch_late', 'object', 'charge', 'amount', 80000, 'currency', 'usd', 'paid', true,
            'payment_intent', 'pi_late', 'metadata', jsonb_build_object('payment_id', tests.id('late'))
        )
    ),
    'done', 'money comes for another repair, done before'
);
select is(
    pg_temp.balances('Northside Garage'), '{"withheld.workshop": -180000}', 'what it earned is withheld with the rest'
);
select is(
    tests.stripe_event(
        'evt_re', 'refund.created',
        jsonb_build_object(
            'id', 're_1', 'object', 'refund', 'amount', 20000, 'currency', 'usd', 'charge', 'ch_late',
            'status', 'pending', 'metadata', '{}'::jsonb
        )
    ),
    'done', 'a part of it goes back'
);
select is(
    pg_temp.balances('Northside Garage'), '{"withheld.workshop": -162000}', 'out of what is withheld'
);

-- An admin decides

select tests.act_as('workshop', 'walt');
select throws_ok(
    $$ select api.decide_withheld(tests.id('Northside Garage'), 'released', 'Please.') $$, '42501', null,
    'no advisor decides on it'
);
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.decide_withheld(tests.id('Harbor Auto'), 'released', 'The law says so.') $$, 'PT404', null,
    'nor an admin on another''s'
);
select is(
    api.decide_withheld(tests.id('Northside Garage'), 'released', 'The law says so.'), 162000::bigint,
    'an admin releases all of it'
);
select results_eq(
    $$ select subject, subject_id, details from api.admin_audit_log where action = 'decide_withheld' $$,
    $$ values ('payee', tests.id('Northside Garage'), '{"decision": "released", "cents": 162000}'::jsonb) $$,
    'which is written down'
);
select tests.act_as_owner();
select is(
    pg_temp.balances('Northside Garage'), '{"payable.workshop": -162000}', 'it is payable, although the ban stands'
);
select set_eq(
    $$
        select p.name from app.notices as n inner join tests.names as p on n.person_id = p.id
        where n.kind = 'earnings_released'
    $$,
    array['walt', 'dora'], 'its advisors are told, and not who was removed'
);

-- Overturned

do $$
begin
    perform pg_temp.lift('Northside Garage');
    perform pg_temp.restrict('Northside Garage', 'suspended', true, 30);
    perform tests.invite('abe', 'platform_admin');
end;
$$;
select is(
    pg_temp.balances('Northside Garage'), '{"withheld.workshop": -162000}',
    'a suspension for a payment off the platform withholds as a ban does'
);
select tests.act_as('workshop', 'walt');
select tests.named('appeal', api.appeal_restriction(tests.id('restriction of Northside Garage'), 'Not us.'));
select tests.act_as('platform_admin', 'abe');
select api.decide_appeal(tests.id('appeal'), 'overturned', 'It was another.');
select tests.act_as_owner();
select is(
    pg_temp.balances('Northside Garage'), '{"payable.workshop": -162000}', 'an appeal that is overturned releases it'
);
delete from tests.names where name = 'restriction of Northside Garage';
select pg_temp.restrict('Northside Garage', 'banned', true);
select pg_temp.lift('Northside Garage');
select is(
    pg_temp.balances('Northside Garage'), '{"payable.workshop": -162000}', 'so does a ban that is lifted'
);

-- What is on its way when the ban comes

select tests.move_clock('9 days');
select is(pg_temp.begun(), '108000', 'a transfer has begun');
select pg_temp.restrict('Northside Garage', 'banned', true);
select is(
    pg_temp.balances('Northside Garage'), '{"payable.workshop": -108000, "withheld.workshop": -54000}',
    'a ban leaves what may be sent already'
);
select pg_temp.fail(1);
select is(
    pg_temp.balances('Northside Garage'), '{"withheld.workshop": -162000}', 'it was not sent, and is withheld'
);

-- Forfeited, once the time to appeal is over

select tests.move_clock(interval '30 days');
select tests.act_as('platform_admin', 'ada');
select is(
    api.decide_withheld(tests.id('Northside Garage'), 'forfeited', 'The terms say so.'), 162000::bigint,
    'an admin has it forfeited'
);
select tests.act_as('workshop', 'walt');
select results_eq(
    'select state, sum(owed_cents)::bigint, sum(forfeited_cents)::bigint from api.workshop_earnings group by state',
    $$ values ('forfeited', 0::bigint, 162000::bigint) $$, 'the advisors see that too'
);
select tests.act_as_owner();
select is(pg_temp.balances('Northside Garage'), '{}', 'nothing is owed');
select is(
    (select balance_cents from api.admin_ledger_accounts where name = 'loss'), -162000::bigint,
    'it lessens what the platform lost'
);
select is((select sum(balance_cents) from api.admin_ledger_accounts), 0::numeric, 'and all adds up');

-- Before a ban has begun

do $$
begin
    update app.jurisdictions set notice_period = interval '30 days';
    perform pg_temp.lift('Northside Garage');
    perform tests.open_session('cleo', 'cleo again', 'brakes', 'Squeal', 'Mazda', '3');
    perform tests.work_through('cleo again', 'zoe');
    perform tests.complete('cleo again', 'zoe');
    perform tests.move_clock('8 days');
    insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id, transfers)
    values (tests.id('zoe'), 'mechanic', 'acct_zoe', 'active');
    perform tests.act_as_service('worker');
    perform from backend.begin_transfer(tests.id('cleo again payment'), 'work');
    perform tests.act_as_owner();
    perform pg_temp.restrict('zoe', 'banned', false);
    perform tests.act_as_service('worker');
    perform backend.fail_transfer(tests.id('cleo again payment'), 'work', 1, 'not made', interval '0');
    perform tests.act_as_owner();
end;
$$;
select is(
    pg_temp.balances('zoe'), '{"payable.mechanic": -2250}', 'in the notice period of a ban nothing is withheld'
);

select * from finish();
rollback;
