-- What does an event of Stripe's change that is told again after everything is over?

begin;
select plan(4);

create function pg_temp.state()
    returns text
    language sql
as $$
    select concat_ws(
        E'\n',
        (select jsonb_agg(to_jsonb(s) order by s.id) from app.diagnostic_sessions as s),
        (select jsonb_agg(to_jsonb(e) order by e.id) from app.escalations as e),
        (select jsonb_agg(to_jsonb(o) order by o.id) from app.offers as o),
        (select jsonb_agg(to_jsonb(q) order by q.id) from app.repair_quotes as q),
        (select jsonb_agg(to_jsonb(p) order by p.id) from app.payments as p),
        (select jsonb_agg(to_jsonb(r) order by r.id) from app.referrals as r),
        (select jsonb_agg(to_jsonb(t) order by t.id) from app.threads as t),
        (select jsonb_agg(to_jsonb(n) order by n.id) from app.notices as n),
        (select jsonb_agg(to_jsonb(l) order by l.id) from api.admin_ledger_accounts as l)
    );
$$;
select tests.act_as('customer', 'cleo');
select api.confirm_repair(tests.id('cleo repaired escalation'));
select tests.act_as_owner();
create temporary table events as
    select id, type, raw, deliveries
    from app.stripe_events;
grant select on events to public;
select cmp_ok((select count(*) from events), '>', 8::bigint, 'the world was paid for by events');
create temporary table before as select pg_temp.state() as told;

select tests.act_as_service('backend');
select backend.record_stripe_event(e.id, e.raw) from events as e order by e.id desc;
select tests.act_as_service('worker');
select backend.apply_stripe_event(e.id) from events as e order by e.id desc;
select tests.act_as_owner();
-- attack 88
select ok(
    pg_temp.state() = (select told from before),
    'delivered again, in another order, events re-open and move nothing'
);
select is_empty(
    $$
        select from app.stripe_events as s
        inner join events as e using (id)
        where s.deliveries <> e.deliveries + 1
    $$,
    'and are counted as delivered again'
);
-- As if what was done had been forgotten, or the same facts came as new events
update app.stripe_events set state = 'pending', applied_at = null;
select tests.act_as_service('worker');
select backend.apply_stripe_event(e.id) from events as e order by e.id;
select tests.act_as_owner();
-- attack 88
select ok(
    pg_temp.state() = (select told from before),
    'nor do they when they are applied again: each asks for the state it starts from'
);

select * from finish();
rollback;
