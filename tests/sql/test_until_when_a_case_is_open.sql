-- Until when does a customer call a case off, and a workshop take it?

begin;
select plan(10);

update app.limits set most = 1000;
create function pg_temp.escalated(session text, workshops text[])
    returns void
    language plpgsql
as $$
begin
    perform tests.open_session('cleo', session, 'brakes', 'Squeal', 'Mazda', '3');
    perform tests.work_through(session, 'max');
    perform tests.complete(session, 'max');
    if cardinality(workshops) > 0 then
        perform tests.escalate(session, 'max', workshops);
        return;
    end if;
    perform tests.act_as('mechanic', 'max');
    perform tests.named(session || ' escalation', api.escalate_session(tests.id(session)));
    perform tests.act_as_owner();
end;
$$;
select pg_temp.escalated('matching', '{}');
select pg_temp.escalated('offered', '{Lakeview Repairs}');
select pg_temp.escalated('accepted', '{Lakeview Repairs}');
select tests.act_as('workshop', 'lena');
select api.accept_offer(tests.id('accepted offer to Lakeview Repairs'));

select tests.act_as('customer', 'cleo');
select lives_ok(
    format('select api.cancel_escalation(%L)', tests.id(status || ' escalation')),
    'a case is called off while it is ' || status
)
from unnest(array['matching', 'offered', 'accepted']) as s (status);

select tests.act_as_owner();
select pg_temp.escalated('first', '{Lakeview Repairs}');
select pg_temp.escalated('second', '{Lakeview Repairs}');
update app.workshops set open_bays = 1 where id = tests.id('Lakeview Repairs');
select tests.act_as('workshop', 'lena');
select lives_ok(
    format('select api.accept_offer(%L)', tests.id('first offer to Lakeview Repairs')),
    'a workshop with one bay takes one case'
);
select throws_ok(
    format('select api.accept_offer(%L)', tests.id('second offer to Lakeview Repairs')),
    'PT409', null, 'and not another, before it has quoted'
);

select tests.act_as('customer', 'ana');
select tests.named(
    'repair', api.approve_quote(tests.id('ana escalated quote of Northside Garage'))
);
select tests.act_as_owner();
select tests.pay(tests.id('repair'));
select tests.act_as('customer', 'ana');
select lives_ok(
    $$ select api.release_contact(tests.id('ana escalated offer to Northside Garage')) $$,
    'a number is released once the repair is paid, before it is done'
);
select api.withdraw_contact(tests.id('ana escalated offer to Northside Garage'));
select is(
    (
        select m.body from api.messages as m
        inner join api.customer_threads as t on m.thread_id = t.id
        where t.offer_id = tests.id('ana escalated offer to Northside Garage')
        order by m.position desc
        limit 1
    ),
    'The customer has withdrawn the telephone number.', 'both read when it is taken back'
);

-- What was lost before does not move, and what is withdrawn too late is lost

select tests.act_as_owner();
create temporary table topics as
select t.topic from app.threads as t
where t.offer_id = tests.id('cleo repaired offer to Harbor Auto');
grant select on topics to public;
select tests.act_as('customer', 'cleo');
select api.confirm_repair(tests.id('cleo repaired escalation'));
select results_eq(
    $$
        select topic from api.customer_threads
        where offer_id = tests.id('cleo repaired offer to Harbor Auto')
    $$,
    'select topic from topics',
    'the end of a case moves no conversation that had ended'
);
select tests.act_as('workshop', 'walt');
select results_eq(
    $$
        select is_open, topic from api.workshop_threads
        where offer_id = tests.id('cleo repaired offer to Northside Garage')
    $$,
    'values (false, null::text)',
    'and the workshop has no topic of its own, which it still reads'
);

select tests.act_as_owner();
select pg_temp.escalated('late', '{Eastgate Motors,Lakeview Repairs}');
select tests.act_as('workshop', 'wes');
select api.accept_offer(tests.id('late offer to Eastgate Motors'));
select tests.act_as_owner();
select tests.quote('late', 'Eastgate Motors', 'wes', 9000, 5000);
select tests.move_clock(interval '9 hours');
select tests.act_as('workshop', 'wes');
select api.withdraw_quote(tests.id('late quote of Eastgate Motors'));
select tests.act_as('customer', 'cleo');
select results_eq(
    $$
        select is_open from api.customer_threads
        where offer_id = tests.id('late offer to Eastgate Motors')
    $$,
    'values (false)', 'a quote that is withdrawn when it is too late for another ends the conversation'
);

select * from finish();
rollback;
