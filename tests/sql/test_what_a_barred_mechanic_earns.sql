-- What becomes of a barred mechanic's earnings?

begin;
select plan(8);

select tests.riverside_cast();

do $$
begin
    perform tests.riverside_session('before');
    perform tests.work_through('before', 'mo');
    perform tests.complete('before', 'mo');
    perform tests.riverside_session('last');
    perform tests.work_through('last', 'mo');
    perform tests.riverside_quote('before', 10000);
    perform tests.pay(tests.id('before repair'));
    perform tests.complete('last', 'mo');
    perform tests.act_as('platform_admin', 'ada');
    perform tests.named(
        'mo suspended', api.restrict(tests.id('mo'), 'suspended', true, '4.4', 'Took cash.', 30)
    );
    perform tests.named('mo banned', api.restrict(tests.id('mo'), 'banned', true, '4.4', 'Again.'));
    perform tests.act_as_owner();
end;
$$;
select results_eq(
    $$
        select name, balance_cents
        from api.admin_ledger_accounts
        where owner_id = tests.id('mo')
        order by name
    $$,
    $$ values ('payable.mechanic', 0::bigint), ('withheld.mechanic', -4500) $$,
    'what a barred mechanic was owed is withheld'
);
select tests.riverside_repair('before');
select results_eq(
    $$
        select name, balance_cents
        from api.admin_ledger_accounts
        where owner_id = tests.id('mo')
        order by name
    $$,
    $$ values ('payable.mechanic', 0::bigint), ('withheld.mechanic', -5000) $$,
    'and so is what they earn after it'
);
select tests.act_as('mechanic', 'mo');
select results_eq(
    'select account, sum(amount_cents)::bigint from api.mechanic_statement group by 1 order by 1',
    $$ values ('payable', 0::bigint), ('withheld', 5000) $$,
    'they keep their statement'
);
select tests.act_as_owner();
select results_eq(
    $$
        select balance_cents
        from api.admin_ledger_accounts
        where owner_id = tests.id('Riverside Motors')
    $$,
    $$ values (-9000::bigint) $$,
    'the workshop is paid all the same'
);
do $$
begin
    perform tests.act_as('platform_admin', 'ada');
    perform api.lift_restriction(tests.id('mo banned'), 'A mistake.');
    perform tests.act_as_owner();
end;
$$;
select is(
    (
        select balance_cents
        from api.admin_ledger_accounts
        where name = 'withheld.mechanic'
            and owner_id = tests.id('mo')
    ),
    -5000::bigint,
    'what was withheld stays so while another restriction bars'
);
do $$
begin
    perform tests.act_as('platform_admin', 'ada');
    perform api.lift_restriction(tests.id('mo suspended'), 'A mistake.');
    perform tests.act_as_owner();
end;
$$;
select results_eq(
    $$
        select name, balance_cents
        from api.admin_ledger_accounts
        where owner_id = tests.id('mo')
        order by name
    $$,
    $$ values ('payable.mechanic', -5000::bigint), ('withheld.mechanic', 0) $$,
    'then it is payable again'
);
select app.withhold_earnings(tests.id('wim'), tests.id('wim'));
select is_empty(
    $$ select 1 from api.admin_ledger_accounts where owner_id = tests.id('wim') $$,
    'nothing is withheld from who is no mechanic'
);

do $$
begin
    -- Somebody else's, of a case that is not done.
    perform tests.named('bystander', gen_random_uuid());
    insert into app.referrals (id, escalation_id, mechanic_id, amount_cents, currency)
    values (
        tests.id('bystander'), tests.id('ana escalated escalation'), tests.id('max'), 100, 'usd'
    );
    update app.referrals
    set status = 'earned', payable_from = app.current_instant()
    where id = tests.id('bystander');
    update app.referrals set status = 'withheld' where id = tests.id('bystander');
    perform tests.act_as_service('worker');
    perform backend.expire_overdue();
    perform tests.act_as_owner();
end;
$$;
select results_eq(
    $$ select status from app.referrals where id = tests.id('bystander') $$,
    $$ values ('withheld') $$,
    'a referral that is withheld does not become payable by the clock'
);

select * from finish();
rollback;
