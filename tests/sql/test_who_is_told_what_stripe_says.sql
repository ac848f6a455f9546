-- Who is told what Stripe says of a payee's account, of a charge, and of its own events?

begin;
select plan(32);

update app.limits set most = 1000;
insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id, begun_at)
values
    (tests.id('max'), 'mechanic', 'acct_max', app.current_instant()),
    (tests.id('Northside Garage'), 'workshop', 'acct_northside', app.current_instant()),
    (tests.id('zoe'), 'mechanic', 'acct_zoe', app.current_instant());

-- Stripe posts an event, made so many seconds after another, and the worker applies it.
create function pg_temp.tell(type text, object jsonb, said jsonb default '{}', at integer default 0)
    returns text
    language plpgsql
as $$
declare
    event_id text := 'evt_' || gen_random_uuid();
    body text := (
        jsonb_build_object(
            'id', event_id, 'object', 'event', 'type', tell.type, 'created', 1795000000 + at,
            'api_version', '2026-10-28.endive', 'livemode', false,
            'data', jsonb_build_object('object', tell.object)
        ) || tell.said
    )::text;
    state text;
begin
    perform tests.act_as_service('backend');
    perform backend.record_stripe_event(event_id, convert_to(body, 'UTF8'));
    perform tests.act_as_service('worker');
    state := backend.apply_stripe_event(event_id);
    perform tests.act_as_owner();
    return state;
end;
$$;
create function pg_temp.tell_of_account(type text, object jsonb, at integer, account text default 'acct_max')
    returns text
    language sql
as $$
    select pg_temp.tell(type, object, jsonb_build_object('account', account), at);
$$;
create function pg_temp.gate(account text default 'acct_max') returns text language sql as $$
    select a.transfers from app.connected_accounts as a where a.stripe_account_id = account;
$$;
create function pg_temp.told(kind text) returns setof text language sql as $$
    select n.name
    from app.notices as t
    inner join tests.names as n on t.person_id = n.id
    where t.kind = told.kind
        and t.about_id is not null
        and exists (select from app.people as p where p.id = t.person_id);
$$;

-- The gate, told in whatever order

select is(
    pg_temp.tell_of_account(
        'account.updated',
        '{"id": "acct_max", "capabilities": {"transfers": "active"}, "payouts_enabled": true,
          "requirements": {"currently_due": []}}',
        10
    ),
    'done',
    'Stripe knows enough of a payee'
);
select is(pg_temp.gate(), 'active', 'the gate opens');
select pg_temp.tell_of_account(
    'account.updated',
    '{"id": "acct_max", "capabilities": {"transfers": "pending"}, "requirements": {}}', 9
);
select is(pg_temp.gate(), 'active', 'what is told late does not shut it');
select pg_temp.tell_of_account(
    'account.updated',
    '{"id": "acct_max", "capabilities": {"transfers": "inactive"}, "payouts_enabled": false,
      "requirements": {"currently_due": ["individual.id_number"]}}',
    20
);
select results_eq(
    $$
        select transfers, payouts_enabled, requirements_due
        from app.connected_accounts
        where stripe_account_id = 'acct_max'
    $$,
    $$ values ('inactive', false, '{individual.id_number}'::text[]) $$,
    'what is told later shuts it, and says what is missing'
);
select pg_temp.tell_of_account(
    'capability.updated', '{"id": "transfers", "object": "capability", "status": "active"}', 30
);
select is(pg_temp.gate(), 'active', 'a capability alone opens it');
select pg_temp.tell_of_account(
    'capability.updated', '{"id": "transfers", "object": "capability", "status": "pending"}', 40
);
select is(pg_temp.gate(), 'pending', 'and shuts it');
select pg_temp.tell_of_account(
    'capability.updated', '{"id": "card_payments", "object": "capability", "status": "active"}', 50
);
select is(pg_temp.gate(), 'pending', 'another capability does neither');
select pg_temp.tell_of_account(
    'capability.updated', '{"id": "transfers", "object": "capability", "status": "active"}', 45
);
select is(pg_temp.gate(), 'pending', 'nor does what is told late');
select is(pg_temp.gate('acct_zoe'), 'inactive', 'nobody else''s moves');

-- An account that is taken away

select tests.invite('dot', 'platform_admin');
select tests.invite('sue', 'platform_admin');
select tests.act_as('platform_admin', 'ada');
select api.dismiss_admin(tests.id('dot'), 'Left.');
select tests.act_as_owner();
update app.standings set suspended_until = 'infinity' where person_id = tests.id('sue');
select is(
    pg_temp.tell_of_account('account.application.deauthorized', '{"object": "application"}', 60),
    'done',
    'a mechanic takes their account away'
);
select pg_temp.tell_of_account(
    'account.application.deauthorized', '{"object": "application"}', 60
);
select is(pg_temp.gate(), 'inactive', 'nothing is sent there any more');
select set_eq(
    $$ select pg_temp.told('payout_account_disconnected') $$,
    $$ values ('max'), ('ada') $$,
    'the mechanic and the admins are told'
);
select is(
    (select count(*) from app.notices where kind = 'payout_account_disconnected'), 2::bigint,
    'once, and no admin who was dismissed or is suspended'
);
select pg_temp.tell_of_account(
    'account.updated', '{"id": "acct_max", "capabilities": {"transfers": "active"}}', 70
);
select is(pg_temp.gate(), 'inactive', 'whatever is said of it afterwards');

create function pg_temp.begin_account() returns text language plpgsql as $$
declare
    answer text;
begin
    perform tests.act_as_service('backend');
    select concat_ws(' ', coalesce(b.stripe_account_id, '-'), b.attempt) into answer
    from backend.begin_payout_account(tests.id('max'), null) as b;
    perform tests.act_as_owner();
    return answer;
end;
$$;
select is(pg_temp.begin_account(), '- 2', 'its owner may open another');
select is(
    tests.code_as_service(
        'backend', $$ select backend.record_payout_account(tests.id('max'), 'acct_max_2') $$
    ),
    null,
    'which is written down'
);
select is(pg_temp.begin_account(), 'acct_max_2 2', 'and theirs from then on');
select is(
    tests.code_as_service(
        'backend', $$ select backend.record_payout_account(tests.id('max'), 'acct_max') $$
    ),
    'PT409',
    'the other one is not'
);
select is(
    pg_temp.tell_of_account(
        'account.updated', '{"id": "acct_max_2", "capabilities": {"transfers": "active"}}', 55,
        'acct_max_2'
    ),
    'done',
    'Stripe tells of the new one'
);
select is(pg_temp.gate('acct_max_2'), 'active', 'and opens its gate');
select is(
    pg_temp.tell_of_account('account.application.deauthorized', '{}', 80),
    'quarantined',
    'what is said of the old one is not about it'
);
select pg_temp.tell_of_account(
    'account.application.deauthorized', '{"object": "application"}', 60, 'acct_northside'
);
select set_has(
    $$ select pg_temp.told('payout_account_disconnected') $$,
    $$ values ('walt') $$,
    'of a workshop''s account its advisors are told'
);

-- An account that Stripe tells of before it is written down

create temporary table early as
select pg_temp.tell_of_account(
    type, '{"id": "transfers", "object": "capability", "status": "active"}', 10, 'acct_early'
) as state
from unnest(array['capability.updated', 'charge.succeeded']) as t (type);
select set_eq(
    'select distinct state from early', $$ values ('quarantined') $$,
    'an account that nobody has here is none of ours'
);
select tests.invite('edith', 'mechanic');
insert into app.connected_accounts (owner_id, owner_kind) values (tests.id('edith'), 'mechanic');
select is(
    tests.code_as_service(
        'backend', $$ select backend.record_payout_account(tests.id('edith'), 'acct_early') $$
    ),
    null,
    'until it is written down'
);
create function pg_temp.apply(wanted_type text) returns text language plpgsql as $$
declare
    event_id text := (
        select e.id from app.stripe_events as e
        where convert_from(e.raw, 'UTF8')::jsonb ->> 'account' = 'acct_early' and e.type = wanted_type
    );
    state text;
begin
    perform tests.act_as_service('worker');
    state := backend.apply_stripe_event(event_id);
    perform tests.act_as_owner();
    return state;
end;
$$;
select results_eq(
    $$ select pg_temp.apply('charge.succeeded'), pg_temp.apply('capability.updated') $$,
    $$ values ('quarantined', 'done') $$,
    'then what was told of it is applied, and nothing that such an account has none of'
);
select is(pg_temp.gate('acct_early'), 'active', 'and its gate opens');

-- A charge that a bank suspects

select pg_temp.tell(
    'radar.early_fraud_warning.created',
    jsonb_build_object(
        'id', 'issfr_told', 'fraud_type', 'stolen', 'charge', (
            select f.id from app.money_facts as f
            where f.payment_id = tests.id('ana escalated payment')
        )
    )
)
from generate_series(1, 2);
select results_eq(
    $$
        select person_id, about_id from app.notices
        where kind = 'fraud_warning' and about_id = tests.id('ana escalated payment')
    $$,
    format('values (%L::uuid, %L::uuid)', tests.id('ada'), tests.id('ana escalated payment')),
    'an admin is told of it once, and asked'
);

-- What Stripe says of its own

create function pg_temp.jobs(task text) returns bigint language sql as $$
    select count(*) from procrastinate.procrastinate_jobs
    where task_name = task and args ? 'timestamp';
$$;
select is(
    pg_temp.tell('payout.reconciliation_completed', '{"id": "po_1", "object": "payout"}'),
    'done',
    'Stripe has added up a payout'
);
select is(pg_temp.jobs('compare_balance'), 1::bigint, 'so every cent is compared');
select is_empty($$ select 1 from app.payouts where id = 'po_1' $$, 'and nothing else happens');
select is(
    pg_temp.tell(
        'v2.core.health.event_generation_failure.resolved', 'null',
        '{"object": "v2.core.event", "created": "2026-11-19T12:00:00.000Z", "api_version": null}'
    ),
    'done',
    'Stripe had failed to make events'
);
select is(pg_temp.jobs('fetch_lacking_events'), 1::bigint, 'so they are looked for');

select * from finish();
rollback;
