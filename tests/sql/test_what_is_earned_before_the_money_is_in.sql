-- What does work earn that is done before its money is in?

begin;
select plan(7);

select tests.riverside_cast();

-- A diagnostic

-- Stripe has told that a checkout is paid, and not yet of the charge.
create function pg_temp.pay_checkout(event text, payment_id uuid, cents integer)
    returns void
    language sql
as $$
    select tests.stripe_event(
        event,
        'checkout.session.completed',
        jsonb_build_object(
            'id', 'cs_' || event,
            'amount_total', cents,
            'currency', 'usd',
            'metadata', jsonb_build_object('payment_id', payment_id),
            'payment_status', 'paid'
        )
    );
$$;
do $$
begin
    perform tests.riverside_session('unpaid');
    perform pg_temp.pay_checkout('evt_paid', tests.id('unpaid payment'), 2500);
    perform tests.act_as('mechanic', 'mo');
    perform api.accept_session(tests.id('unpaid'));
    perform tests.act_as_owner();
    perform tests.complete('unpaid', 'mo');
end;
$$;
select is_empty(
    $$ select 1 from tests.entries(tests.id('unpaid payment')) $$,
    'nothing is earned before the money is in'
);
-- The worker looks whether it is due, which notes the payee.
create function pg_temp.due(payment_id uuid) returns bigint language plpgsql as $$
declare
    cents bigint;
begin
    perform tests.act_as_service('worker');
    select t.amount_cents into cents from backend.begin_transfer(due.payment_id, 'work') as t;
    perform tests.act_as_owner();
    return cents;
end;
$$;
select is(pg_temp.due(tests.id('unpaid payment')), null, 'nor sent');
select tests.act_as('mechanic', 'mo');
select is_empty(
    $$ select from api.mechanic_earnings where about_id = tests.id('unpaid') $$,
    'the mechanic is not told of earnings before they are'
);
select tests.act_as_owner();
select tests.pay(tests.id('unpaid payment'));
select results_eq(
    $$
        select account, amount_cents
        from tests.entries(tests.id('unpaid payment'))
        where description = 'Diagnostic done'
    $$,
    $$
        values ('customer.held', 2500::bigint), ('payable.mechanic', -2250), ('platform.fee', -250)
    $$,
    'it is earned when it comes'
);

select tests.act_as('mechanic', 'mo');
select results_eq(
    $$ select earned_cents from api.mechanic_earnings where about_id = tests.id('unpaid') $$,
    $$ values (2250::bigint) $$,
    'and the mechanic sees them then'
);

select tests.act_as_owner();

-- A repair

do $$
begin
    perform tests.riverside_quote('unpaid', 10000);
    perform pg_temp.pay_checkout('evt_repair', tests.id('unpaid repair'), 10000);
    perform tests.riverside_repair('unpaid');
    perform pg_temp.due(tests.id('unpaid repair'));
    perform tests.act_as('workshop', 'wim');
end;
$$;
select is_empty(
    $$
        select from api.workshop_earnings
        where offer_id = tests.id('unpaid offer to Riverside Motors')
    $$,
    'a workshop is not told of earnings before they are'
);
do $$
begin
    perform tests.act_as_owner();
    perform tests.pay(tests.id('unpaid repair'));
    perform tests.act_as('workshop', 'wim');
end;
$$;
select results_eq(
    $$
        select earned_cents from api.workshop_earnings
        where offer_id = tests.id('unpaid offer to Riverside Motors')
    $$,
    $$ values (9000::bigint) $$,
    'and sees them then'
);
select tests.act_as_owner();

select * from finish();
rollback;
