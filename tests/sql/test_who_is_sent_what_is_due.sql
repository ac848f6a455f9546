-- Who is sent what is due to them, when, and who decides on what is not?

begin;
select plan(36);

-- Whose account at Stripe

create function pg_temp.begin_account(person text, workshop text) returns text language plpgsql as $$
declare
    begun record;
    code text;
begin
    perform tests.act_as_service('backend');
    begin
        select * into begun
        from backend.begin_payout_account(
            tests.id(person), case when workshop <> '' then tests.id(workshop) end
        );
        code := case begun.owner_id
            when tests.id(person) then 'their own'
            when tests.id(coalesce(nullif(workshop, ''), person)) then 'the workshop''s'
        end;
    exception
        when others then
            code := sqlstate;
    end;
    perform tests.act_as_owner();
    return code;
end;
$$;
select is(pg_temp.begin_account(person, workshop), answer, person || ' ' || workshop || ': ' || answer)
from (
    values
        ('max', '', 'their own'),
        ('max', 'Northside Garage', 'PT404'),
        ('walt', 'Northside Garage', 'the workshop''s'),
        ('walt', 'Harbor Auto', 'PT404'),
        ('walt', '', 'PT404'),
        ('rex', 'Northside Garage', 'PT404'),
        ('bart', '', 'PT404'),
        ('ana', '', 'PT404'),
        ('ada', '', 'PT404')
) as asked (person, workshop, answer);
select is(
    tests.code_as_service(
        'backend', $$ select backend.record_payout_account(tests.id('max'), 'acct_max') $$
    ),
    null,
    'the account is written down'
);
select is(
    tests.code_as_service(
        'backend', $$ select backend.record_payout_account(tests.id('max'), 'acct_max') $$
    ),
    null,
    'and again'
);
select is(
    tests.code_as_service(
        'backend', $$ select backend.record_payout_account(tests.id('max'), 'acct_else') $$
    ),
    'PT409',
    'another one is not'
);

-- When something is due: max has 22.50 of ana's escalated session

create function pg_temp.due() returns bigint language plpgsql as $$
declare
    cents bigint;
begin
    perform tests.act_as_service('worker');
    select t.amount_cents into cents
    from backend.begin_transfer(tests.id('ana escalated payment'), 'work') as t
    where not t.look_up;
    perform tests.act_as_owner();
    return cents;
end;
$$;
update app.connected_accounts set transfers = 'active' where stripe_account_id = 'acct_max';
select is(pg_temp.due(), null, 'nothing is due before the hold has passed');
select tests.move_clock('7 days');
update app.connected_accounts set transfers = 'pending' where stripe_account_id = 'acct_max';
select is(pg_temp.due(), null, 'nor to an account that is not active');
update app.connected_accounts set transfers = 'active' where stripe_account_id = 'acct_max';
do $$
begin
    perform tests.stripe_event(
        'evt_fraud', 'radar.early_fraud_warning.created',
        jsonb_build_object(
            'id', 'issfr_1', 'fraud_type', 'stolen', 'charge', (
                select f.id from app.money_facts as f
                where f.payment_id = tests.id('ana escalated payment')
            )
        )
    );
end;
$$;
select is(pg_temp.due(), null, 'nor of a charge that a bank suspects');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    $$ select api.settle_fraud_warning('issfr_1', '') $$, 'PT422', null,
    'an admin who settles that says why'
);
select throws_ok(
    $$ select api.settle_fraud_warning('issfr_2', 'A test') $$, 'PT404', null, 'and which'
);
select lives_ok(
    $$ select api.settle_fraud_warning('issfr_1', 'The customer was called.') $$, 'it is settled'
);
select throws_ok(
    $$ select api.settle_fraud_warning('issfr_1', 'Again') $$, 'PT404', null, 'once'
);
select results_eq(
    $$
        select actor_id, subject_id, reason
        from api.admin_audit_log
        where action = 'settle_fraud_warning'
    $$,
    $$
        values (
            tests.id('ada'), tests.id('ana escalated payment'), 'The customer was called.'
        )
    $$,
    'and on record'
);
select tests.act_as_owner();
select is(pg_temp.due(), 2250::bigint, 'then it is due');
select is(pg_temp.due(), 2250::bigint, 'and the same if asked again');
select is(
    (select count(*) from app.transfers), 1::bigint, 'because it was written down before the call'
);

-- What is on its way is sent, not withheld

do $$
begin
    -- Done before the charge is told of: earned later.
    perform tests.open_session('ben', 'late', 'brakes', 'It squeals', 'Fiat', 'Panda');
    perform tests.stripe_event(
        'evt_late', 'checkout.session.completed',
        jsonb_build_object(
            'id', 'cs_late', 'amount_total', 2500, 'currency', 'usd', 'payment_status', 'paid',
            'metadata', jsonb_build_object('payment_id', tests.id('late payment'))
        )
    );
    perform tests.act_as('mechanic', 'max');
    perform api.accept_session(tests.id('late'));
    perform tests.act_as_owner();
    perform tests.complete('late', 'max');
    perform tests.act_as('platform_admin', 'ada');
    perform api.restrict(tests.id('max'), 'banned', true, '4.4', 'Took cash.');
    perform tests.act_as_owner();
end;
$$;
select is(
    (
        select withheld_at from app.payables
        where payment_id = tests.id('ana escalated payment')
    ),
    null,
    'a ban leaves alone what is on its way'
);
select is(
    tests.code_as_service(
        'worker',
        $$
            select backend.fail_transfer(
                tests.id('ana escalated payment'), 'work', 1, 'account_invalid', '1 day'
            )
        $$
    ),
    null,
    'if it comes to nothing'
);
select isnt(
    (
        select withheld_at from app.payables
        where payment_id = tests.id('ana escalated payment')
    ),
    null,
    'it is withheld then'
);
select is(pg_temp.due(), null, 'and no longer due');

-- What an admin released is withheld again by another bar alone

create function pg_temp.withheld(payment text) returns boolean language sql as $$
    select p.withheld_at is not null
    from app.payables as p
    where p.payment_id = tests.id(payment)
        and p.part = 'work';
$$;
do $$
begin
    perform tests.act_as('platform_admin', 'ada');
    perform api.decide_withheld(tests.id('max'), 'released', 'The law says so.');
    perform tests.act_as_owner();
    perform tests.pay(tests.id('late payment'));
end;
$$;
select is(pg_temp.withheld('late payment'), true, 'what is earned after a ban is withheld');
select is(
    pg_temp.withheld('ana escalated payment'), false, 'what an admin has released meanwhile is not'
);
select is(pg_temp.due(), 2250::bigint, 'it is due again');
select is(
    tests.code_as_service(
        'worker',
        $$
            select backend.fail_transfer(
                tests.id('ana escalated payment'), 'work', 2, 'account_invalid', '0'
            )
        $$
    ),
    null,
    'if that comes to nothing'
);
select is(pg_temp.withheld('ana escalated payment'), false, 'it stays released');
select is(pg_temp.due(), 2250::bigint, 'and due');
select tests.code_as_service(
    'worker',
    $$ select backend.fail_transfer(tests.id('ana escalated payment'), 'work', 3, 'not made', '0') $$
);
do $$
begin
    perform tests.act_as('platform_admin', 'ada');
    perform api.lift_restriction(r.id, 'Appealed.')
    from api.restrictions as r
    where r.holder_id = tests.id('max');
    perform api.restrict(tests.id('max'), 'banned', true, '4.4', 'Took cash again.');
    perform tests.act_as_owner();
end;
$$;
select is(pg_temp.withheld('ana escalated payment'), true, 'until the next ban');

-- Called twice, or for what is not due

create function pg_temp.begun(statement text) returns bigint language plpgsql as $$
declare
    begun bigint;
begin
    perform tests.act_as_service('worker');
    execute format('select count(*) from %s', statement) into begun;
    perform tests.act_as_owner();
    return begun;
end;
$$;
select is(
    pg_temp.begun($$ backend.begin_reversal(tests.id('ana escalated payment'), 'work') $$), 0::bigint,
    'nothing is taken back that was not sent'
);
select is(
    pg_temp.begun($$ backend.begin_refund(gen_random_uuid()) $$), 0::bigint,
    'nor refunded that nobody asked for'
);

select * from finish();
rollback;
