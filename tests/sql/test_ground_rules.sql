-- What holds for every table, view, policy and function, whoever adds one?

begin;
select plan(33);

create temporary view ours as
    select oid, nspname
    from pg_catalog.pg_namespace
    where nspname in ('app', 'api', 'backend');

create temporary view persona as
    select oid, rolname
    from pg_catalog.pg_roles
    where rolname in ('customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker');

-- Tables

-- attack 39
select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace in (select oid from ours)
            and c.relkind in ('r', 'p')
            and not c.relrowsecurity
    $$,
    'every table has row level security'
);
-- attack 40
select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace in (select oid from ours)
            and c.relkind in ('r', 'p')
            and not c.relforcerowsecurity
    $$,
    'and it is forced on its owner'
);

-- attack 50
select is_empty(
    $$
        select c.oid::regclass, a.grantee::regrole, a.privilege_type
        from pg_class as c
        cross join lateral aclexplode(c.relacl) as a
        where c.relnamespace in (select oid from ours)
            and a.grantee <> c.relowner
            and not (
                a.privilege_type = 'SELECT'
                and c.relkind = 'v'
                and a.grantee in (select oid from persona)
            )
    $$,
    'nobody holds more on a whole relation than SELECT on a view'
);

select is_empty(
    $$
        select t.attrelid::regclass, t.attname, a.grantee::regrole, a.privilege_type
        from pg_attribute as t
        inner join pg_class as c on t.attrelid = c.oid
        cross join lateral aclexplode(t.attacl) as a
        where c.relnamespace in (select oid from ours)
            and not (
                a.privilege_type = 'SELECT'
                and a.grantee in (select oid from persona)
            )
    $$,
    'a column grant is SELECT to a persona by name: every write goes through a function'
);

-- Views

-- attack 53
select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace in (select oid from ours)
            and c.relkind = 'v'
            and not coalesce('security_invoker=true' = any(c.reloptions), false)
    $$,
    'every view runs as its caller: one that lost the option is found, whatever took it'
);

create temporary view kinds as
    select c.oid::regclass as relation, c.relkind, c.relispartition
    from pg_class as c
    where c.relnamespace in (select oid from ours);

-- attack 57
select is_empty($$ select relation from kinds where relkind = 'm' $$, 'there is no materialized view');
-- attack 58
select is_empty(
    $$ select relation from kinds where relkind in ('p', 'I') or relispartition $$, 'there is no partition'
);
-- attack 59
select is_empty($$ select relation from kinds where relkind = 'f' $$, 'there is no foreign table');
-- attack 74
select is_empty($$ select relation from kinds where relkind = 'S' $$, 'there is no sequence');
select is_empty(
    $$ select relation from kinds where relkind not in ('r', 'v', 'i', 'c') $$,
    'nor any relation but tables, views, their indexes and types'
);

-- attack 67
select is_empty(
    $$
        select r.ev_class::regclass, r.rulename
        from pg_rewrite as r
        inner join pg_class as c on r.ev_class = c.oid
        where c.relnamespace in (select oid from ours)
            and (c.relkind <> 'v' or r.rulename <> '_RETURN')
    $$,
    'no rule rewrites a statement'
);

-- Policies

create temporary view our_policy as
    select p.oid, p.polrelid, p.polname, p.polcmd, p.polroles, p.polpermissive
    from pg_policy as p
    inner join pg_class as c on p.polrelid = c.oid
    where c.relnamespace in (select oid from ours)
        or p.polrelid in (
            'auth.users'::regclass, 'storage.objects'::regclass, 'storage.buckets'::regclass,
            'realtime.messages'::regclass
        );

select isnt_empty('select from our_policy', 'there are policies to judge');

-- attack 43
select is_empty(
    $$
        select o.polrelid::regclass, o.polname
        from our_policy as o
        where not o.polroles <@ array(select oid from persona)
    $$,
    'every policy names its personas: never everyone, anon or authenticated'
);

-- attack 44
select is_empty(
    $$
        select o.polrelid::regclass, r.role::regrole, o.polcmd
        from our_policy as o
        cross join lateral unnest(o.polroles) as r (role)
        where o.polpermissive
        group by o.polrelid, r.role, o.polcmd
        having count(*) > 1
    $$,
    'a persona has one policy a table and command, so that no broad one undoes a narrow one'
);

select is_empty(
    $$
        select o.polrelid::regclass, o.polname, d.refobjid::regprocedure
        from our_policy as o
        inner join pg_depend as d
            on d.classid = 'pg_policy'::regclass
            and d.objid = o.oid
            and d.refclassid = 'pg_proc'::regclass
        inner join pg_proc as f on d.refobjid = f.oid
        where f.pronargs > 0
            and f.pronamespace in (select oid from ours)
    $$,
    'no policy calls a function of ours with an argument, so none runs once a row'
);

select is_empty(
    $$
        select o.polrelid::regclass, o.polname
        from our_policy as o
        inner join pg_policy as p on o.oid = p.oid
        where concat_ws(
                ' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
            ) ~ '(?<!SELECT )\m(app|realtime|storage|auth)\.\w+\('
    $$,
    'a policy calls a function in a sub-select of its own: once a query'
);

select is_empty(
    $$
        select o.polrelid::regclass, o.polname, o.polcmd
        from our_policy as o
        where o.polcmd <> 'r'
            and not (o.polrelid = 'storage.objects'::regclass and o.polcmd = 'a')
    $$,
    'a policy is for reading, but for the one that lets a file in'
);

select is_empty(
    $$
        select o.polrelid::regclass, o.polname, r.role::regrole
        from our_policy as o
        cross join lateral unnest(o.polroles) as r (role)
        where not has_any_column_privilege(r.role, o.polrelid, 'SELECT')
    $$,
    'a policy names nobody who holds no column of its table'
);

select is_empty(
    $$
        select o.polrelid::regclass, o.polname, r.role::regrole, d.refobjid::regprocedure
        from our_policy as o
        inner join pg_depend as d
            on d.classid = 'pg_policy'::regclass
            and d.objid = o.oid
            and d.refclassid = 'pg_proc'::regclass
        cross join lateral unnest(o.polroles) as r (role)
        where not has_function_privilege(r.role, d.refobjid, 'EXECUTE')
    $$,
    'nor anybody who may not execute what it asks'
);

-- Functions

create temporary view our_function as
    select f.oid, f.proname, n.nspname, f.proacl, f.proowner, f.prosecdef, f.proconfig
    from pg_proc as f
    inner join pg_namespace as n on f.pronamespace = n.oid
    where n.nspname in ('app', 'api', 'backend', 'procrastinate');

select is_empty(
    $$
        select f.oid::regprocedure
        from our_function as f
        cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
        where a.grantee = 0
    $$,
    'no function is executable by everyone'
);

-- attack 61
select is_empty(
    $$
        select f.oid::regprocedure
        from our_function as f
        where f.nspname <> 'procrastinate'
            and f.oid <> 'app.token_subject()'::regprocedure
            and not coalesce('search_path=""' = any(f.proconfig), false)
    $$,
    'every function sets an empty search_path, but for the one that is planned into others'
);

select is_empty(
    $$
        select f.proname
        from our_function as f
        where f.nspname <> 'procrastinate'
        group by f.nspname, f.proname
        having count(*) > 1
    $$,
    'a name has one signature: no forgotten overload keeps its grants'
);

select is_empty(
    $$
        select f.oid::regprocedure, a.grantee::regrole
        from our_function as f
        cross join lateral aclexplode(f.proacl) as a
        where a.grantee <> f.proowner
            and case f.nspname
                when 'backend' then a.grantee::regrole::text not in ('backend', 'worker')
                when 'procrastinate' then a.grantee::regrole::text <> 'worker'
                else a.grantee not in (select oid from persona)
            end
    $$,
    'personas execute in api and app, the service in backend, the worker alone the queue'
);

-- Roles

select is_empty(
    $$
        select g.role, n.nspname, a.privilege_type
        from pg_namespace as n
        cross join lateral aclexplode(n.nspacl) as a
        cross join lateral (select a.grantee::regrole::text as role) as g
        where n.nspname in ('app', 'api', 'backend', 'procrastinate')
            and a.grantee <> n.nspowner
            and (g.role, n.nspname::text, a.privilege_type) not in (
                ('customer', 'api', 'USAGE'),
                ('mechanic', 'api', 'USAGE'),
                ('workshop', 'api', 'USAGE'),
                ('platform_admin', 'api', 'USAGE'),
                ('backend', 'backend', 'USAGE'),
                ('worker', 'backend', 'USAGE'),
                ('worker', 'procrastinate', 'USAGE')
            )
    $$,
    'no persona has USAGE on app, and nobody creates anything; anon and authenticated hold nothing'
);

select is_empty(
    $$
        select m.member::regrole, m.roleid::regrole
        from pg_auth_members as m
        where m.member in (
                select oid from pg_roles
                where oid in (select oid from persona) or rolname in ('backend', 'worker')
            )
            and not (
                m.roleid = 'authenticated'::regrole
                and m.member in (select oid from persona)
            )
    $$,
    'a persona is a member of authenticated and of nothing else, the service of nothing'
);

select is_empty(
    $$
        select rolname
        from pg_roles
        where (oid in (select oid from persona) or rolname in ('backend', 'worker'))
            and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
    $$,
    'neither a persona nor the service bypasses row level security'
);

select is_empty(
    'select p.rolname from persona as p inner join pg_roles as r on p.oid = r.oid where r.rolcanlogin',
    'a persona is become by a token, never by a password'
);

select is_empty(
    $$
        select m.roleid::regrole, m.inherit_option
        from pg_auth_members as m
        where m.member = 'authenticator'::regrole
            and (
                m.inherit_option
                or not (
                    m.roleid in (select oid from persona)
                    or m.roleid::regrole::text in ('anon', 'authenticated', 'service_role')
                )
            )
    $$,
    'a token makes nobody anything else, and the login by itself holds nothing'
);

select is_empty(
    $$
        select m.member::regrole, m.roleid::regrole
        from pg_auth_members as m
        where m.member in ('anon'::regrole, 'authenticated'::regrole)
    $$,
    'anon and authenticated are members of nothing'
);

-- Words

select is_empty(
    $$
        select c.oid::regclass::text
        from pg_class as c
        where c.relnamespace in (select oid from ours)
            and c.relkind in ('r', 'v')
            and obj_description(c.oid, 'pg_class') is null
        union all
        select f.oid::regprocedure::text
        from our_function as f
        where f.nspname <> 'procrastinate'
            and obj_description(f.oid, 'pg_proc') is null
    $$,
    'every table, view and function says what it is'
);

-- State machines

select is_empty(
    $$
        select distinct t.entity, t.function, t.actor
        from app.transitions as t
        cross join lateral (
            values
                ('api', t.actor),
                ('backend', case when t.actor in ('clock', 'stripe', 'worker') then 'worker' else 'backend' end)
        ) as way (schema, role)
        left join pg_proc as f
            on t.function = f.proname
            and f.pronamespace = way.schema::regnamespace
            and way.role in (select rolname from pg_roles)
            and has_function_privilege(way.role, f.oid, 'EXECUTE')
        group by t.entity, t.from_status, t.to_status, t.function, t.actor
        having count(f.oid) = 0
    $$,
    'each arrow names a function that its actor may execute, or the service for them, for the clock and for Stripe'
);

create temporary view told as
    select
        convert_from(substring(g.tgargs for length(g.tgargs) - 1), 'UTF8') as entity,
        step[1] as from_status,
        unnest(string_to_array(step[2], ' | ')) as to_status
    from pg_catalog.pg_trigger as g
    inner join pg_catalog.pg_attribute as a on g.tgrelid = a.attrelid and a.attname = 'status'
    cross join lateral regexp_matches(
        col_description(g.tgrelid, a.attnum), '(\w+) → ([\w| ]+)', 'g'
    ) as step
    where g.tgfoid = 'app.refuse_unlisted_transition'::regproc;

create temporary view listed as
    select entity, from_status, to_status
    from app.transitions
    where from_status is not null;

select is_empty(
    $$
        (table told except table listed)
        union all
        (table listed except table told)
    $$,
    'the comment on each status says where it goes, as the list does'
);

-- Realtime

select is_empty(
    $$
        select t.schemaname, t.tablename
        from pg_publication_tables as t
        where t.schemaname in (select nspname from ours)
    $$,
    'no table of ours is published: a subscription would pass by the views'
);

select * from finish();
rollback;
