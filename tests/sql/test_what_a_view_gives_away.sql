-- What does a view give away to a caller's filter, to one without a token, to one with two workshops?

begin;
select plan(23);

-- What tests/world.sql does not have, so that a row stands behind every view

select tests.act_as('customer', 'cleo');
select api.release_contact(tests.id('cleo repaired offer to Northside Garage'));
select api.request_refund(tests.id('cleo repaired repair payment'), 'poor_work', 'It squeals.', 1000);
select tests.act_as('customer', 'ana');
select api.register_media(tests.id('ana active'), 'photo');
select tests.act_as('mechanic', 'sid');
select api.appeal_restriction(id, 'It was a joke.') from api.restrictions;
select tests.act_as('mechanic', 'max');
select api.send_message(tests.id('ana active thread'), 'Cash is fine: 415-555-2671', gen_random_uuid());
select api.report_message(id, 'Odd.')
from api.messages
where thread_id = tests.id('ana active thread')
    and sender = 'customer';
select tests.act_as('platform_admin', 'ada');
select api.decide_flag(id, 'confirmed', 'Asked for cash.', 'S1', '4.4')
from api.admin_flags
where raised_by = 'filter';
select tests.act_as_owner();
insert into app.connected_accounts (owner_id, owner_kind)
values (tests.id('max'), 'mechanic'), (tests.id('Northside Garage'), 'workshop');

create temporary table asked (persona text, name text, view text, of_columns text[]);
insert into asked (persona, name, view, of_columns)
select c.persona, c.name, v.relname, a.of_columns
from (
    values
        ('customer', 'ana'), ('customer', 'ben'), ('mechanic', 'max'), ('mechanic', 'zoe'),
        ('mechanic', 'bart'), ('workshop', 'walt'), ('workshop', 'dora'), ('workshop', 'lena'),
        ('workshop', 'rex'), ('platform_admin', 'ada')
) as c (persona, name)
inner join pg_class as v
    on v.relnamespace = 'api'::regnamespace
    and v.relkind = 'v'
    and has_table_privilege(c.persona, v.oid, 'SELECT')
cross join lateral (
    select array_agg(t.attname::text) from pg_attribute as t where t.attrelid = v.oid and t.attnum > 0
) as a (of_columns);
grant select on asked to public;
create function pg_temp.hides_nothing()
    returns setof text
    language plpgsql
as $$
declare
    a record;
    there bigint;
    shown bigint;
    hidden bigint;
begin
    for a in
        select view, array_agg(persona) as personas, array_agg(name) as names
        from asked
        where persona <> 'platform_admin'
        group by view
    loop
        execute format('select count(*) from api.%I', a.view) into there;  -- the owner, who sees every row
        hidden := 0;
        for n in 1..cardinality(a.names) loop
            perform tests.act_as(a.personas[n], a.names[n]);
            execute format('select count(*) from api.%I', a.view) into shown;
            perform tests.act_as_owner();
            hidden := hidden + there - shown;
        end loop;
        if hidden = 0 then
            return next a.view;
        end if;
    end loop;
end;
$$;
select set_eq(
    'select pg_temp.hides_nothing()',
    array['cities', 'services', 'workshops', 'prices', 'refund_policy'],
    'every view hides a row from somebody who asks it, but those that are the same for everybody'
);

-- What a caller's filter is given: functions that anybody may write into one. Every row is read, as in a table
-- of some size that no index helps with: an index would leave out hidden rows before a filter is asked.

set local enable_indexscan = off;
set local enable_indexonlyscan = off;
set local enable_bitmapscan = off;

create function pg_temp.spy(value text)
    returns boolean
    language plpgsql
    stable
    cost 0.0000001  -- the planner would rather ask it than a policy
as $$
begin
    if not value = any(current_setting('test.visible')::text[]) then
        raise exception 'a hidden value' using errcode = 'U0001';
    end if;
    return true;
end;
$$;
create function pg_temp.spied()
    returns setof text
    language plpgsql
as $$
declare
    a record;
    seen text;
begin
    for a in select asked.*, c.named from asked cross join lateral unnest(of_columns) as c (named) loop
        begin
            perform tests.act_as(a.persona, a.name);
            execute format('select array_agg(distinct %I::text)::text from api.%I', a.named, a.view) into seen;
            perform set_config('test.visible', coalesce(seen, '{}'), true);
            execute format('select count(*) from api.%I where pg_temp.spy(%I::text)', a.view, a.named);
        exception
            when sqlstate 'U0001' then
                return next concat_ws(' ', a.name, a.view, a.named);
        end;
    end loop;
    perform tests.act_as_owner();
end;
$$;
-- A filter that fails on whatever row it is asked about: it tells that there is one.
create function pg_temp.failed(condition text)
    returns setof text
    language plpgsql
as $$
declare
    a record;
    shown bigint;
begin
    for a in
        select asked.*, c.named
        from asked
        cross join lateral unnest(of_columns) as c (named)
        -- Which may be asked of api.cities and api.workshops, whole: whether a filter by them meets a
        -- hidden row's or any other first is the planner's choice.
        where c.named not in ('city', 'region', 'workshop_name', 'rating', 'rating_count')
    loop
        begin
            perform tests.act_as(a.persona, a.name);
            execute format('select count(*) from api.%I where %I is not null', a.view, a.named) into shown;
            continue when shown > 0;
            execute format('select count(*) from api.%I where ' || condition, a.view, a.named);
        exception
            when data_exception then
                return next concat_ws(' ', a.name, a.view, a.named, sqlstate);
        end;
    end loop;
    perform tests.act_as_owner();
end;
$$;
grant execute on all functions in schema pg_temp to public;

-- attack 56
select is_empty(
    $$ select pg_temp.spied() $$, 'a function in a caller''s filter is given no value that the caller may not see'
);
-- attack 56
select is_empty(
    $$
        select f.oid::regprocedure
        from pg_proc as f
        where f.proleakproof
            and f.pronamespace::regnamespace::text in ('app', 'api', 'backend', 'extensions', 'public')
    $$,
    'no function of ours claims to give nothing away, which would let it pass before a policy'
);
-- attack 55
select is_empty(
    $$ select pg_temp.failed('%I::text like ''%%\''') $$,
    'a pattern that ends in an escape fails on no hidden row'
);
select is_empty(
    $$ select pg_temp.failed('(%I::text || ''x'')::bigint = 1') $$,
    'nor does a cast, which would print the value'
);

set local enable_indexscan = on;
set local enable_indexonlyscan = on;
set local enable_bitmapscan = on;

-- Without a token

create function pg_temp.shown(claims text)
    returns setof text
    language plpgsql
as $$
declare
    a record;
    shown bigint;
begin
    for a in select distinct persona, view from asked loop
        perform set_config('request.jwt.claims', claims, true);
        perform set_config('role', a.persona, true);
        execute format('select count(*) from api.%I as v where to_jsonb(v) <> ''{"moderation": null}''', a.view)
            into shown;
        perform tests.act_as_owner();
        if shown > 0 then
            return next a.view;
        end if;
    end loop;
end;
$$;
-- attack 46
select set_eq(
    $$ select distinct pg_temp.shown('') $$, array['cities', 'services', 'workshops', 'prices', 'refund_policy', 'monitoring_notice'],
    'without a token nothing is seen but what is the same for everybody'
);
select set_eq(
    $$ select distinct pg_temp.shown('{"sub": null}') $$, array['cities', 'services', 'workshops', 'prices', 'refund_policy', 'monitoring_notice'],
    'nor with one that names nobody'
);
select set_eq(
    format(
        'select distinct pg_temp.shown(%L)', json_build_object('sub', gen_random_uuid(), 'role', 'service_role')
    ),
    array['cities', 'services', 'workshops', 'prices', 'refund_policy', 'monitoring_notice'],
    'nor with one of an account that is not there'
);

-- Nulls: every column that a policy reads and that may be null

-- attack 47
select set_eq(
    $$
        select distinct d.refobjid::regclass || '.' || a.attname
        from pg_policy as p
        inner join pg_depend as d
            on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
        inner join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where not a.attnotnull
            and d.refobjid::regclass::text like 'app.%'
    $$,
    array[
        'app.contact_flags.reporter_id', 'app.diagnostic_sessions.mechanic_id', 'app.ledger_entries.owner_id', 'app.payables.earned_at',
        'app.repair_quote_items.customer_id', 'app.session_intake.active_mechanic_id', 'app.threads.flagged_at'
    ],
    'seven columns that policies read may be null'
);
-- attack 47
select is_empty(
    $$
        select p.polname
        from pg_policy as p
        where p.polrelid::regclass::text in (
                'app.contact_flags', 'app.diagnostic_sessions', 'app.ledger_entries', 'app.payables',
                'app.repair_quote_items',
                'app.session_intake', 'app.threads'
            )
            and pg_get_expr(p.polqual, p.polrelid) ~ '(?i)<>|\mnot\M(?! null)|distinct|coalesce|\mnull\M(?<! not null)'
    $$,
    'and are compared for equality, which null never passes, or must not be null'
);
select tests.act_as('workshop', 'walt');
select api.draft_quote(
    tests.id('ana escalated offer to Northside Garage'),
    '[{"kind": "part", "description": "Pads", "quantity": 1, "unit_cents": 4711}]'
);
select tests.act_as_owner();
create temporary table with_null as
    select s.id from app.diagnostic_sessions as s where s.mechanic_id is null
    union all
    select i.session_id from app.session_intake as i where i.active_mechanic_id is null
    union all
    select i.quote_id from app.repair_quote_items as i where i.customer_id is null
    union all
    select e.transaction_id from app.ledger_entries as e where e.owner_id is null and e.account = 'platform.fee';
grant select on with_null to public;
select cmp_ok((select count(*) from with_null), '>', 5::bigint, 'there are rows with nulls in them');
grant usage on schema app to customer, mechanic, workshop;
create function pg_temp.nulls_seen_by(persona text, name text)
    returns bigint
    language plpgsql
as $$
declare
    seen bigint;
begin
    perform tests.act_as(persona, name);
    if persona = 'customer' then
        seen := (select count(*) from app.repair_quote_items where quote_id in (table with_null));
    elsif persona = 'mechanic' then
        seen := (select count(*) from app.session_intake where session_id in (table with_null))
            + (select count(*) from app.diagnostic_sessions where id in (table with_null) and status = 'paid')
            + (select count(*) from app.ledger_entries where account = 'platform.fee');
    else
        seen := (select count(*) from app.ledger_entries where account = 'platform.fee');
    end if;
    perform tests.act_as_owner();
    return seen;
end;
$$;
-- attack 47
select is(
    pg_temp.nulls_seen_by('customer', 'ana') + pg_temp.nulls_seen_by('mechanic', 'max')
    + pg_temp.nulls_seen_by('workshop', 'walt'),
    0::bigint,
    'whom a row with a null is for, nobody sees it'
);
revoke usage on schema app from customer, mechanic, workshop;

-- Two workshops, and one that was left

select tests.act_as('workshop', 'dora');
-- attack 48
select results_eq(
    $$ select distinct w.name from api.workshop_offers as o inner join api.workshops as w on o.workshop_id = w.id order by 1 $$,
    $$ values ('Harbor Auto'), ('Northside Garage') $$,
    'who advises two workshops sees the offers of both'
);
select results_eq(
    $$ select count(*), count(distinct workshop_id) from api.workshop_cases $$,
    $$ values (3::bigint, 2::bigint) $$,
    'and the cases of both'
);
select tests.act_as('workshop', 'wanda');
select is_empty(
    $$ select from api.workshop_offers where workshop_id <> tests.id('Harbor Auto') $$,
    'a colleague in one of them learns nothing of the other'
);
select tests.act_as_owner();
create function pg_temp.views_with_rows(for_name text)
    returns setof text
    language plpgsql
as $$
declare
    a record;
    shown bigint;
begin
    for a in select * from asked where name = for_name loop
        perform tests.act_as(a.persona, a.name);
        execute format('select count(*) from api.%I', a.view) into shown;
        perform tests.act_as_owner();
        if shown > 0 then
            return next a.view;
        end if;
    end loop;
end;
$$;
-- attack 76
select set_eq(
    $$ select pg_temp.views_with_rows('rex') $$,
    array[
        'cities', 'services', 'workshops', 'prices', 'monitoring_notice', 'my_account', 'notices',
        'workshop_memberships'
    ],
    'who was removed from a workshop, a row that is still there, sees their own record'
);
select tests.act_as('platform_admin', 'ada');
select set_config('test.token', api.invite_person('rex2@example.test', 'mechanic'), true);
select api.revoke_invitation(i.id) from api.admin_invitations as i where i.accepted_at is null;
select tests.act_as_owner();
select tests.sign_up('rex2');
select tests.act_as('customer', 'rex2');
-- attack 76
select throws_ok(
    $$ select api.accept_invitation(current_setting('test.token')) $$, 'PT404', null,
    'an invitation that was taken back, a row that is still there, is good for nothing'
);
select tests.act_as_owner();

-- Plans that are kept

set local plan_cache_mode = force_generic_plan;
prepare own_sessions as select id from api.customer_sessions order by id;
prepare own_messages as select id from api.messages order by id;
select tests.act_as('customer', 'ana');
execute own_sessions;
execute own_messages;
select tests.act_as('customer', 'ben');
-- attack 68
select results_eq(
    'own_sessions',
    $$
        select s.id
        from unnest(
            array['ben queued', 'ben requested', 'ben cancelled', 'ben with bart']
        ) as n (name)
        cross join lateral tests.id(n.name) as s (id)
        order by s.id
    $$,
    'a plan made for one customer gives another their own rows'
);
select tests.act_as_owner();
-- attack 68
select is_empty(
    $$
        select f.oid::regprocedure
        from pg_proc as f
        where f.provolatile = 'i'
            and f.pronamespace in ('app'::regnamespace, 'api'::regnamespace, 'backend'::regnamespace)
            and f.prosrc ~* 'current_setting|current_user|session_user|\m(auth|storage|realtime)\.|\mcurrent_|\mfrom\s+app\.(?!locate\M)'
    $$,
    'no function that calls itself immutable reads who is calling, or a row'
);
create function pg_temp.messages_of(persona text, name text)
    returns uuid[]
    language plpgsql
as $$
declare
    ids uuid[];
begin
    perform tests.act_as(persona, name);
    ids := array(select m.id from api.messages as m order by m.id);
    perform tests.act_as_owner();
    return ids;
end;
$$;
create temporary table expected as
    select c.persona, pg_temp.messages_of(c.persona, c.name) as ids
    from (values ('mechanic', 'max'), ('workshop', 'walt'), ('platform_admin', 'ada')) as c (persona, name);
grant select on expected to public;
select tests.act_as('mechanic', 'max');
-- attack 69
select results_eq(
    'own_messages', $$ select unnest(ids) from expected where persona = 'mechanic' $$,
    'a plan made for a customer gives a mechanic what a mechanic sees'
);
select tests.act_as('workshop', 'walt');
-- attack 69
select results_eq(
    'own_messages', $$ select unnest(ids) from expected where persona = 'workshop' $$, 'and a workshop its own'
);
select throws_ok('execute own_sessions', '42501', null, 'or refuses it');
select tests.act_as_owner();

-- Ids that are shown tell nothing

-- attack 75
select is_empty(
    $$
        select a.attrelid::regclass, a.attname, pg_get_expr(d.adbin, d.adrelid)
        from pg_attribute as a
        inner join pg_class as c on a.attrelid = c.oid
        left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace = 'app'::regnamespace
            and c.relkind = 'r'
            and a.atttypid = 'uuid'::regtype
            and a.attgenerated = ''
            and pg_get_expr(d.adbin, d.adrelid) <> 'gen_random_uuid()'
    $$,
    'every id is drawn at random'
);

select * from finish();
rollback;
