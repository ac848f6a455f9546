-- Until when does a customer call a case off, and a workshop take it?

begin;
select plan(5);

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

select * from finish();
rollback;
