-- What can be called through the API, and what could an answer be made of beside the columns of a view?

begin;
select plan(10);

create temporary view caller as
    select oid, rolname
    from pg_catalog.pg_roles
    where rolname in (
            'anon', 'authenticated', 'customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker'
        );

-- A function of any schema but the catalog's, and who may execute it.
create temporary view callable as
    select f.oid, n.nspname, f.proname, f.prosecdef, f.provolatile, f.proretset, f.prorettype, f.proargtypes, r.rolname
    from pg_proc as f
    inner join pg_namespace as n on f.pronamespace = n.oid
    inner join caller as r on has_function_privilege(r.oid, f.oid, 'EXECUTE')
    where n.nspname not in ('pg_catalog', 'information_schema', 'tests')
        and n.nspname !~ '^pg_(temp|toast)';

select isnt_empty($$ select from callable where nspname = 'api' $$, 'there are functions to judge');

-- attack 7
select is_empty(
    $$
        select c.rolname, c.oid::regprocedure
        from callable as c
        cross join lateral unnest(c.proargtypes) as a (type)
        inner join pg_type as t on a.type = t.oid
        where t.typtype = 'c'
    $$,
    'no function that a caller may execute takes a row, so none is a field of one'
);

-- attack 8
select is_empty(
    $$
        select c.rolname, c.oid::regprocedure
        from callable as c
        inner join pg_type as t on c.prorettype = t.oid
        inner join pg_class as r on t.typrelid = r.oid
        where c.proretset and r.relkind <> 'c'
    $$,
    'no function gives a set of rows of a relation, so none is a relationship'
);

-- attack 26
select is_empty(
    $$
        select c.rolname, c.oid::regprocedure
        from callable as c
        inner join pg_type as t on c.prorettype = t.oid
        inner join pg_class as r on t.typrelid = r.oid
        where c.nspname in ('api', 'app')
            and r.relkind <> 'c'
    $$,
    'no function returns the row of a table or view: what it returns is listed in its head'
);

-- attack 25
select is_empty(
    $$
        select nspname, proname
        from callable
        where nspname in ('api', 'app')
        group by nspname, proname, rolname
        having count(distinct oid) > 1
    $$,
    'no caller may execute two functions of one name'
);

-- attack 27
select is_empty(
    $$ select oid::regprocedure from callable where nspname = 'api' and provolatile <> 'v' $$,
    'every function of the API may write, so GET, whose arguments stand in addresses, runs it read-only'
);

-- attack 34
select is_empty(
    $$
        select c.rolname, c.oid::regprocedure
        from callable as c
        where c.nspname = 'extensions'
            and (
                c.prosecdef
                or c.oid not in (
                    select d.objid
                    from pg_depend as d
                    where d.classid = 'pg_proc'::regclass
                        and d.refclassid = 'pg_extension'::regclass
                        and d.deptype = 'e'
                )
                and c.oid::regprocedure::text not like 'pgrst\_%'
            )
    $$,
    'the extra search path holds what extensions brought, and nothing of it runs as its owner'
);

create function api.made_by_migration() returns text language sql security definer set search_path = ''
as 'select email from app.contact_details limit 1';

-- attack 24
select is_empty(
    $$ select rolname from callable where proname = 'made_by_migration' $$,
    'a function made without a grant is executable by no caller, not even by default'
);

-- What hosted Supabase would read from the settings of a role.

-- attack 9
select is_empty(
    $$
        select s.setting
        from pg_db_role_setting as r
        cross join lateral unnest(r.setconfig) as s (setting)
        where s.setting like 'pgrst.%'
    $$,
    'no role turns on aggregates or anything else that PostgREST leaves off'
);

-- attack 37
select set_eq(
    $$
        select r.rolname
        from pg_roles as r
        cross join lateral unnest(r.rolconfig) as s (setting)
        where s.setting ~ '^statement_timeout=[1-8]s$'
    $$,
    $$ select rolname from caller union select unnest(array['authenticator', 'supabase_lite', 'backend']) $$,
    'whoever comes from outside has at most eight seconds for a statement'
);

select * from finish();
rollback;
