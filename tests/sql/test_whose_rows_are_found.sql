-- Whose rows would be found, were a persona let past the views? What policies alone hold back.

begin;
select plan(24);

create function pg_temp.found_by(persona text, name text)
    returns setof text
    language plpgsql
as $$
declare
    relation text;
    found_rows bigint;
begin
    for relation in
        select c.relname
        from pg_class as c
        where c.relnamespace = 'app'::regnamespace
            and c.relkind = 'r'
            and has_any_column_privilege(persona, c.oid, 'SELECT')
            and c.relname not in (
                'cities', 'services', 'workshops', 'workshop_services', 'fee_schedule', 'refund_policies'
            )
    loop
        perform tests.act_as(persona, name);
        execute format('select count(*) from app.%I', relation) into found_rows;
        perform tests.act_as_owner();
        if found_rows > 0 then
            return next relation || ' ' || found_rows;
        end if;
    end loop;
end;
$$;
create function pg_temp.finds(persona text, name text, relations text[])
    returns boolean
    language sql
as $$
    select not exists (
        select from unnest(relations) as r (relation)
        where not exists (
            select from pg_temp.found_by(persona, name) as f (line)
            where split_part(f.line, ' ', 1) = r.relation
        )
    );
$$;
-- The same through the views.
create function pg_temp.shown_to(persona text, name text)
    returns setof text
    language plpgsql
as $$
declare
    relation text;
    shown_rows bigint;
begin
    for relation in
        select c.relname
        from pg_class as c
        where c.relnamespace = 'api'::regnamespace
            and has_table_privilege(persona, c.oid, 'SELECT')
            and c.relname not in (
                'cities', 'services', 'workshops', 'prices', 'monitoring_notice', 'refund_policy'
            )
    loop
        perform tests.act_as(persona, name);
        execute format('select count(*) from api.%I as v where to_jsonb(v) <> %L', relation, '{"moderation": null}')
        into shown_rows;
        perform tests.act_as_owner();
        if shown_rows > 0 then
            return next relation || ' ' || shown_rows;
        end if;
    end loop;
end;
$$;
grant usage on schema app to customer, mechanic, workshop, platform_admin;

-- What the world lacks: a photo, a conflict of interest, a violation, a restricted workshop

insert into app.media (id, session_id, customer_id, kind, path)
select m.id, tests.id('ana active'), tests.id('ana'), 'photo', tests.id('ana') || '/' || m.id
from (select gen_random_uuid() as id) as m;
insert into app.conflicts_of_interest (mechanic_id, workshop_id, reason)
values (tests.id('zoe'), tests.id('Lakeview Repairs'), 'Her brother owns it.');
select tests.act_as('mechanic', 'max');
select api.send_message(
    tests.id('ana active thread'), 'Call me: 415-555-2671', gen_random_uuid()
);
select tests.act_as('platform_admin', 'ada');
select api.decide_flag(id, 'confirmed', 'He gave his number.', 'S1', '4.2') from api.admin_flags;
select api.restrict(tests.id('Northside Garage'), 'suspended', false, '4.2', 'Gave a number.', 7);
select tests.act_as('workshop', 'walt');
select api.appeal_restriction(id, 'We did not.') from api.restrictions;
select tests.act_as_owner();
insert into app.refunds (payment_id, customer_id, amount_cents, reason)
values (tests.id('ana active payment'), tests.id('ana'), 2500, 'Goodwill.');
insert into app.refund_requests (payment_id, customer_id, policy_version, amount_cents, category, reason, decide_by)
values (tests.id('ana active payment'), tests.id('ana'), 1, 2500, 'other', 'It grinds.', now());
select app.tell(tests.id('ada'), 'restricted', gen_random_uuid());
insert into app.connected_accounts (owner_id, owner_kind, stripe_account_id)
values (tests.id('max'), 'mechanic', 'acct_max'), (tests.id('Northside Garage'), 'workshop', 'acct_ng');
insert into app.payouts (id, stripe_account_id, amount_cents, currency)
values ('po_max', 'acct_max', 100, 'usd');
insert into app.disputes (
    id, payment_id, stripe_charge_id, amount_cents, status, opened_at, told_at
)
select 'dp_ana', f.payment_id, f.id, 2500, 'needs_response', now(), now()
from app.money_facts as f
where f.payment_id = tests.id('ana escalated payment');
insert into app.fraud_warnings (id, payment_id)
values ('issfr_ana', tests.id('ana escalated payment'));

insert into app.ledger_differences (source_key, stripe_cents, ledger_cents, currency)
values ('adjustment:txn_1', -77, 0, 'usd');

-- Their own

select ok(
    pg_temp.finds(
        'customer', 'ana',
        '{people,contact_details,customers,notices,diagnostic_sessions,session_intake,
        media,threads,messages,escalations,repair_quotes,repair_quote_items,
        payments,refunds,refund_requests,monitoring_notices,consents}'
    ),
    'a customer finds what is theirs'
);
select ok(
    pg_temp.finds(
        'mechanic', 'max',
        '{people,contact_details,mechanics,notices,diagnostic_sessions,queue_entries,
        session_intake,threads,messages,escalations,referrals,ledger_entries,
        payables,connected_accounts,violations,monitoring_notices,consents}'
    ),
    'a mechanic'
);
select ok(
    pg_temp.finds(
        'workshop', 'walt',
        '{people,contact_details,notices,restrictions,workshop_members,offers,offer_cases,
        repair_quotes,repair_quote_items,threads,messages,ledger_entries,payables,
        connected_accounts,appeals}'
    ),
    'an advisor'
);
select ok(
    pg_temp.finds(
        'platform_admin', 'ada',
        '{appeals,audit_log,conduct_steps,conflicts_of_interest,connected_accounts,contact_details,
        contact_flags,customers,diagnostic_sessions,disputes,escalations,fraud_warnings,invitations,
        ledger_accounts,ledger_differences,ledger_entries,ledger_shards,ledger_transactions,mechanics,messages,
        notices,offers,payables,payments,payouts,people,referrals,refund_requests,repair_quotes,restrictions,
        session_intake,standings,stripe_events,threads,violations,workshop_members}'
    ),
    'an admin'
);
select is_empty(
    $$
        select c.relname
        from pg_class as c
        where c.relnamespace = 'app'::regnamespace
            and c.relkind = 'r'
            and has_any_column_privilege('platform_admin', c.oid, 'SELECT')
            and not pg_temp.finds('platform_admin', 'ada', array[c.relname::text])
            and c.relname not in (
                'cities', 'services', 'workshops', 'workshop_services', 'fee_schedule', 'refund_policies'
            )
    $$,
    'of everything that is listed for them'
);
select set_eq(
    $$
        select line from pg_temp.found_by('platform_admin', 'ada') as f (line)
        where line like 'threads %' or line like 'contact_details %' or line like 'workshop_members %'
    $$,
    array['threads 1', 'contact_details 1', 'workshop_members 7'],
    'of conversations the flagged one, of contact details their own, of members all'
);

-- Strangers

select tests.sign_up('dan');
select set_eq(
    $$ select pg_temp.found_by('customer', 'dan') $$,
    array['people 1', 'contact_details 1', 'customers 1', 'consents 1', 'monitoring_notices 1'],
    'a new customer finds themselves'
);
select set_eq(
    $$ select pg_temp.shown_to('customer', 'dan') $$,
    array['my_account 1', 'customer_profile 1'],
    'and is shown that'
);
select set_eq(
    $$ select pg_temp.found_by('mechanic', 'zoe') $$,
    array[
        'people 1', 'contact_details 1', 'mechanics 1', 'queue_entries 1', 'consents 1',
        'monitoring_notices 1'
    ],
    'a mechanic without a session themselves, and the queue'
);
select set_eq(
    $$ select pg_temp.shown_to('mechanic', 'zoe') $$,
    array['my_account 1', 'mechanic_profile 1', 'mechanic_queue 1'],
    'and is shown that'
);
select set_eq(
    $$ select pg_temp.found_by('workshop', 'lena') $$,
    array[
        'people 1', 'contact_details 1', 'workshop_members 1', 'consents 1', 'monitoring_notices 1'
    ],
    'an advisor without an offer themselves, and their membership'
);
select set_eq(
    $$ select pg_temp.shown_to('workshop', 'lena') $$,
    array['my_account 1', 'workshop_memberships 1'],
    'and is shown that'
);
select is(
    (
        select count(*) from pg_temp.found_by('workshop', 'wanda') as f (line)
        where line like 'restrictions %'
    ),
    0::bigint,
    'nobody finds what is held against a competitor'
);

-- With a token whose role is not the account's persona

select set_eq(
    $$ select pg_temp.shown_to('platform_admin', 'dan') $$, array['my_account 1'],
    'a customer with an admin''s token is shown themselves'
);
select set_eq(
    $$ select pg_temp.shown_to('mechanic', 'dan') $$, array['my_account 1'],
    'with a mechanic''s, no queue either'
);
update app.people set persona = 'customer' where id = tests.id('max');
select is_empty(
    $$
        select f.line
        from pg_temp.found_by('mechanic', 'max') as f (line)
        where split_part(f.line, ' ', 1) in (
                'queue_entries', 'diagnostic_sessions', 'session_intake', 'threads',
                'messages'
            )
    $$,
    'who is no mechanic any more finds no session and no conversation, whatever their token says'
);
update app.people set persona = 'mechanic' where id = tests.id('max');
update app.people set persona = 'customer' where id = tests.id('walt');
select is_empty(
    $$
        select f.line
        from pg_temp.found_by('workshop', 'walt') as f (line)
        where split_part(f.line, ' ', 1) in ('offer_cases', 'threads', 'messages')
    $$,
    'nor a case who is no advisor any more'
);
update app.people set persona = 'workshop' where id = tests.id('walt');

-- Barred

update app.standings
set suspended_until = app.current_instant(),
    barred_from = app.current_instant() - interval '1 day',
    barred_until = app.current_instant()
where person_id in (tests.id('max'), tests.id('walt'))
    or workshop_id = tests.id('Northside Garage');
select ok(
    pg_temp.finds('mechanic', 'max', '{queue_entries,diagnostic_sessions,threads}'),
    'a mechanic whose bar is over finds their sessions, and the queue'
);
select ok(
    pg_temp.finds('workshop', 'walt', '{offer_cases,threads}'),
    'and an advisor their cases, whose bar and whose workshop''s is over'
);

update app.standings set barred_until = 'infinity'
where person_id in (tests.id('max'), tests.id('ada'));
select set_eq(
    $$ select split_part(pg_temp.found_by('mechanic', 'max'), ' ', 1) $$,
    array[
        'people', 'contact_details', 'mechanics', 'notices', 'ledger_entries', 'payables',
        'connected_accounts', 'violations', 'consents', 'monitoring_notices'
    ],
    'a barred mechanic keeps their own record, and nothing of a customer'
);
select set_eq(
    $$ select split_part(pg_temp.found_by('platform_admin', 'ada'), ' ', 1) $$,
    array['contact_details', 'notices'],
    'a dismissed admin finds nothing but themselves, whatever their token says'
);
select set_eq(
    $$ select split_part(pg_temp.shown_to('platform_admin', 'ada'), ' ', 1) $$,
    array['my_account', 'notices'],
    'and is shown that'
);

-- What everybody sees

select tests.act_as('customer', 'dan');
select isnt_empty('select from api.services', 'everybody sees which services there are');
select results_eq(
    $$ select services from api.workshops where name = 'Harbor Auto' $$,
    $$ values ('{brakes,engine}'::text[]) $$,
    'and what a workshop offers'
);

select * from finish();
rollback;
