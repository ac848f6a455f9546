-- What does a persona reach behind the views, even if schema app were open to it?
--
-- The first wall, no USAGE on app, is taken down here: what remains are column grants and policies.

begin;
select plan(15);

grant usage on schema app to anon, authenticated, customer, mechanic, workshop, platform_admin;

create temporary view ours as
    select c.oid, n.nspname || '.' || c.relname as name, c.relkind
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    where n.nspname in ('app', 'api')
        and c.relkind in ('r', 'v');
create temporary view caller as
    select c.persona, c.name
    from (
        values
            ('customer', 'ana'), ('mechanic', 'max'), ('workshop', 'walt'), ('platform_admin', 'ada')
    ) as c (persona, name);
grant select on ours, caller to public;

-- The statement is tried on each relation, and each column if it names one, as each persona, and undone;
-- what is not refused is returned.
create function pg_temp.not_refused(statement text, kinds text default 'rv', codes text default '42501')
    returns table (persona text, relation text, code text)
    language plpgsql
as $$
declare
    target record;
begin
    for target in
        select c.persona, c.name as person, o.name, a.attname
        from caller as c
        cross join ours as o
        cross join lateral (
            select t.attname
            from pg_attribute as t
            where t.attrelid = o.oid and t.attnum > 0 and t.attgenerated = '' and not t.attisdropped
            order by t.attnum
            limit case when not_refused.statement like '%\%2$%' then null else 1 end
        ) as a
        where position(o.relkind in not_refused.kinds) > 0
    loop
        persona := target.persona;
        relation := target.name;
        begin
            perform tests.act_as(target.persona, target.person);
            execute format(statement, target.name, target.attname);
            raise exception 'undone' using errcode = 'U0000';
        exception
            when others then
                code := sqlstate;
        end;
        perform tests.act_as_owner();
        if code !~ codes then
            return next;
        end if;
    end loop;
end;
$$;

-- Writing, in ways that ask for no reading

-- attack 45
select is_empty(
    $$ select * from pg_temp.not_refused('update %1$s set %2$I = %2$I where true', 'r') $$,
    'no persona moves a row of a table into reach or out of it'
);
-- attack 70
select is_empty(
    -- 55000, 0A000, 428C9: what is joined or computed takes no update from anybody
    $$ select * from pg_temp.not_refused('update %1$s set %2$I = null', 'rv', '42501|55000|0A000|428C9') $$,
    'nor updates anything blindly, through a view or behind it'
);
-- attack 66: no persona deletes a row
select is_empty(
    $$ select * from pg_temp.not_refused('delete from %s', 'r') $$,
    'no persona deletes a row of any table'
);
-- attack 66: what a deletion would take along
select set_eq(
    $$
        select f.conrelid::regclass::text || ' with ' || f.confrelid::regclass
        from pg_constraint as f
        where f.connamespace in ('app'::regnamespace)
            and f.contype = 'f'
            and f.confdeltype not in ('a', 'r')
    $$,
    array[
        'app.limit_uses with app.limits',
        'app.workshop_services with app.workshops',
        'app.queue_entries with app.diagnostic_sessions',
        'app.session_intake with app.diagnostic_sessions',
        'app.media with app.diagnostic_sessions',
        'app.escalation_snapshots with app.escalations',
        'app.repair_quote_items with app.repair_quotes'
    ],
    'a deletion takes along parts of what is deleted, and nothing of anybody else'
);
select is_empty(
    $$
        select f.oid::regprocedure
        from pg_proc as f
        where f.pronamespace in ('app'::regnamespace, 'api'::regnamespace, 'backend'::regnamespace)
            and f.prosrc ~* 'delete\s+from\s+app\.(limits|workshops|diagnostic_sessions|escalations|repair_quotes)\M'
    $$,
    'and no function deletes what takes anything along'
);

-- attack 49
select is_empty(
    $$
        select * from pg_temp.not_refused('truncate %s cascade', 'r')
        union all
        select * from pg_temp.not_refused('lock table %s in access exclusive mode', 'r')
        union all
        select * from pg_temp.not_refused(
            'create trigger planted before insert on %s for each row '
            'execute function suppress_redundant_updates_trigger()', 'r'
        )
        union all
        select r.rolname, o.name, p.privilege
        from ours as o
        cross join pg_roles as r
        cross join unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) as p (privilege)
        where r.rolname in (
                'anon', 'authenticated', 'service_role', 'customer', 'mechanic', 'workshop',
                'platform_admin', 'media_worker', 'backend', 'worker'
            )
            and has_table_privilege(r.oid, o.oid, p.privilege)
    $$,
    'nobody truncates, locks, refers to or hangs a trigger on a table'
);

-- Reading more than columns

-- attack 77
select set_eq(
    $$
        select w.persona || ' ' || w.relation
        from (
            select * from pg_temp.not_refused('select to_jsonb(t) from %s as t', 'r')
            union
            select * from pg_temp.not_refused('select row(t.*) from %s as t', 'r')
            union
            select * from pg_temp.not_refused('select 1 from %1$s as t where t = t', 'r')
        ) as w
        where w.persona <> 'platform_admin'
    $$,
    array[
        'customer app.contact_details',
        'customer app.monitoring_notices',
        'customer app.people',
        'customer app.services',
        'customer app.workshop_services',
        'mechanic app.contact_details',
        'mechanic app.monitoring_notices',
        'mechanic app.people',
        'mechanic app.services',
        'mechanic app.workshop_services',
        'workshop app.contact_details',
        'workshop app.monitoring_notices',
        'workshop app.people',
        'workshop app.services',
        'workshop app.workshop_services'
    ],
    'a row is read as a whole only where a persona may read each of its columns'
);
-- attack 78
select is_empty(
    $$
        select * from pg_temp.not_refused('select ctid from %s', 'v', '42703')
        union all
        select * from pg_temp.not_refused('select xmin from %s', 'v', '42703')
        union all
        select * from pg_temp.not_refused('select tableoid from %s', 'v', '42703')
    $$,
    'a view has no system columns, which would tell when a row was written'
);
-- attack 79
select is_empty(
    $$
        select * from pg_temp.not_refused('select 1 from %s for update')
        union all
        select * from pg_temp.not_refused('select 1 from %s for key share')
    $$,
    'who reads locks nothing'
);
create function pg_temp.statistics_seen_by(persona text, name text)
    returns bigint
    language plpgsql
as $$
declare
    seen bigint;
begin
    perform tests.act_as(persona, name);
    seen := (
        select count(*)
        from pg_catalog.pg_stats as s
        where s.schemaname in ('app', 'auth', 'storage', 'realtime', 'procrastinate')
    ) + (select count(*) from pg_catalog.pg_stats_ext)
    + (select count(*) from pg_catalog.pg_stats_ext_exprs);
    perform tests.act_as_owner();
    return seen;
end;
$$;
analyze app.diagnostic_sessions, app.session_intake, app.messages, app.contact_details;
select isnt_empty(
    $$ select from pg_stats where tablename = 'diagnostic_sessions' $$, 'the planner has statistics'
);
-- attack 82
select is_empty(
    $$
        select c.persona, s.entries
        from caller as c
        cross join lateral pg_temp.statistics_seen_by(c.persona, c.name) as s (entries)
        where s.entries > 0
    $$,
    'nobody else reads the planner''s statistics of any table'
);
select cmp_ok(
    current_setting('server_version_num')::integer, '>=', 170006,
    'nor by the bugs that were mended by PostgreSQL 17.6'
);

-- Who holds every grant and is no persona: neither tables nor views show a row without a policy

create role all_grants;
grant all_grants to postgres with inherit false, set true;
grant usage on schema app, api to all_grants;
grant select on all tables in schema app, api to all_grants;
grant execute on all functions in schema app to all_grants;
create function pg_temp.shown_to(role text, kind "char")
    returns setof text
    language plpgsql
as $$
declare
    relation text;
    rows_shown bigint;
begin
    for relation in select o.name from ours as o where o.relkind = kind loop
        perform set_config('role', shown_to.role, true);
        execute format('select count(*) from %s', relation) into rows_shown;
        perform tests.act_as_owner();
        if rows_shown > 0 then
            return next relation;
        end if;
    end loop;
end;
$$;
-- attack 39: a table without row level security would show its rows to whoever holds the grant
-- attack 43: a policy for everybody would show them too
select is_empty(
    $$ select pg_temp.shown_to('all_grants', 'r') $$,
    'no table shows a row to a role that no policy names, whatever it was granted'
);
-- attack 54
select set_eq(
    $$ select pg_temp.shown_to('all_grants', 'v') $$,
    array['api.admin_topics'],  -- one row of nulls, from no table
    'nor does any view, since each runs as its caller'
);

-- The owner has BYPASSRLS on hosted Supabase; a later one may not have it.
create role later_owner;
grant later_owner to postgres with inherit false, set true;
grant usage, create on schema app to later_owner;
do $$
declare
    relation text;
begin
    for relation in select o.name from ours as o where o.relkind = 'r' loop
        execute format('alter table %s owner to later_owner', relation);
    end loop;
end;
$$;
-- attack 40
select is_empty(
    $$ select pg_temp.shown_to('later_owner', 'r') $$,
    'row level security binds an owner that does not bypass it'
);

select * from finish();
rollback;
