-- What holds of the catalog that no linter of `make check` asks about?

begin;
select plan(14);

create temporary view persona as
    select oid
    from pg_catalog.pg_roles
    where rolname in ('customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker');

create temporary view ours as
    select oid
    from pg_catalog.pg_namespace
    where nspname in ('app', 'api', 'backend', 'procrastinate');

-- Roles

select is_empty(
    $$
        select m.roleid::regrole, m.member::regrole
        from pg_auth_members as m
        where m.roleid in (
                select oid from pg_roles
                where oid in (select oid from persona) or rolname in ('backend', 'worker')
            )
            and not (
                -- The Data API becomes a persona for a request; the owner does in tests.
                m.member in ('authenticator'::regrole, 'postgres'::regrole) and not m.inherit_option
            )
    $$,
    'nobody inherits from a persona or from the service'
);

select is_empty(
    $$
        select c.oid::regclass, a.grantee::regrole, a.privilege_type
        from pg_class as c
        left join pg_attribute as t on c.oid = t.attrelid
        cross join lateral (
            select grantee, privilege_type from aclexplode(c.relacl)
            union all
            select grantee, privilege_type from aclexplode(t.attacl)
        ) as a
        where c.relnamespace not in (select oid from ours)
            and c.oid >= 16384  -- below are PostgreSQL's own
            and a.grantee in (
                select oid from pg_roles
                where oid in (select oid from persona) or rolname in ('backend', 'worker')
            )
    $$,
    'on the platform''s tables personas have what authenticated has, and the service has nothing'
);

-- Functions

select is_empty(
    $$
        select f.oid::regprocedure
        from pg_proc as f
        where f.pronamespace = 'procrastinate'::regnamespace
            and f.prosecdef
    $$,
    'no function of the queue runs as its owner'
);

-- How to reach somebody: everything that reads it, by name

create temporary view reach as
    select a.attrelid, a.attnum
    from pg_attribute as a
    where a.attrelid in (
            'app.contact_details'::regclass, 'app.raw_messages'::regclass, 'auth.users'::regclass
        )
        and a.attnum > 0;

select set_eq(
    $$
        with recursive readers as (
            select w.ev_class as view
            from reach as r
            inner join pg_depend as d
                on d.refclassid = 'pg_class'::regclass
                and d.refobjid = r.attrelid
                and d.refobjsubid = r.attnum
                and d.classid = 'pg_rewrite'::regclass
            inner join pg_rewrite as w on d.objid = w.oid
            union
            select w.ev_class
            from readers as v
            inner join pg_depend as d
                on d.refclassid = 'pg_class'::regclass
                and d.refobjid = v.view
                and d.classid = 'pg_rewrite'::regclass
            inner join pg_rewrite as w on d.objid = w.oid
        )
        select view::regclass::text from readers
    $$,
    array['api.my_account'],
    'one view reads contact details, e-mail addresses or raw messages, and it is of one''s own account'
);

select set_eq(
    $$
        select f.oid::regproc::text
        from pg_proc as f
        where f.pronamespace in (select oid from ours)
            and f.prosrc ~ '(contact_details|raw_messages|message_previews|auth\.users)'
    $$,
    array[
        'api.accept_invitation',
        'api.preview_message',
        'api.read_contact',
        'api.read_previews',
        'api.read_raw_message',
        'api.release_contact',
        'api.set_contact_details',
        'app.appoint_first_admin',
        'app.attach_previews',
        'app.become_persona',
        'app.climb_ladder',
        'app.copy_email',
        'app.forget_previews',
        'app.mask_earlier_message',
        'app.mask_message',
        'app.open_account'
    ],
    'these functions name a table that says how to reach somebody, and no others'
);

select is_empty(
    $$
        select p.polrelid::regclass, p.polname
        from pg_policy as p
        inner join pg_depend as d
            on d.classid = 'pg_policy'::regclass
            and d.objid = p.oid
            and d.refclassid = 'pg_class'::regclass
        where d.refobjid in (select attrelid from reach)
            and d.refobjid <> p.polrelid
    $$,
    'no policy of another table compares with how to reach somebody'
);

-- Views: pgrls would have a barrier in each, which a view needs only if it hides rows

select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace = 'api'::regnamespace
            and c.relkind = 'v'
            -- Printed so, a clause of the view itself is indented by two at most; one of a sub-select by more.
            and pg_get_viewdef(c.oid, true) ~ '((?<!LEFT )JOIN |\n {0,2}(WHERE|HAVING|LIMIT|OFFSET|FETCH) )'
    $$,
    'no view hides a row by a condition or an inner join of its own: policies do'
);

-- Files

select is_empty(
    $$
        select p.polname
        from pg_policy as p
        where p.polrelid in ('storage.objects'::regclass, 'storage.buckets'::regclass)
            and concat_ws(
                ' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
            ) !~ 'SELECT storage\.allow_(only|any)_operation'
    $$,
    'every policy on files says for which operations it is, so that none of them signs or lists'
);

-- Supabase's advisors have five lints more than the CLI carries: 0025 to 0029

-- 0025 public_bucket_allows_listing
select is_empty(
    'select id from storage.buckets where public',
    'no bucket is public'
);

create temporary view open_to_all as
    select oid
    from pg_catalog.pg_roles
    where rolname in ('anon', 'authenticated');

-- 0026 pg_graphql_anon_table_exposed, 0027 pg_graphql_authenticated_table_exposed
-- attack 109
select is_empty(
    $$
        select c.oid::regclass, r.oid::regrole
        from pg_class as c
        cross join open_to_all as r
        where (c.relnamespace in (select oid from ours) or c.relnamespace = 'public'::regnamespace)
            and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and has_any_column_privilege(r.oid, c.oid, 'SELECT')
    $$,
    'no relation is read by anon or authenticated, so that GraphQL has none to describe to them'
);
-- attack 109
select is_empty(
    $$
        select c.oid::regclass, p.oid::regrole
        from pg_class as c
        cross join persona as p
        where c.relnamespace = 'public'::regnamespace
            and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and has_any_column_privilege(p.oid, c.oid, 'SELECT')
    $$,
    'nor does a persona read one where GraphQL looks'
);

-- 0028 anon_security_definer_function_executable, 0029 authenticated_…
select is_empty(
    $$
        select f.oid::regprocedure, r.oid::regrole
        from pg_proc as f
        cross join open_to_all as r
        where (f.pronamespace in (select oid from ours) or f.pronamespace = 'public'::regnamespace)
            and f.prosecdef
            and has_function_privilege(r.oid, f.oid, 'EXECUTE')
    $$,
    'no function that runs as its owner is executed by anon or authenticated'
);

-- The planner, and what is made later

select is_empty(
    $$
        select c.oid::regclass::text, a.attname::text
        from pg_class as c
        inner join pg_attribute as a on c.oid = a.attrelid
        inner join pg_type as t on a.atttypid = t.oid
        inner join pg_opclass as o on t.oid = o.opcintype and o.opcdefault
        inner join pg_am as m on o.opcmethod = m.oid and m.amname = 'btree'
        inner join pg_amop as s on o.opcfamily = s.amopfamily
            and s.amoplefttype = t.oid and s.amoprighttype = t.oid and s.amopstrategy = 3
        inner join pg_operator as e on s.amopopr = e.oid
        inner join pg_proc as f on e.oprcode = f.oid
        where c.relnamespace = 'api'::regnamespace
            and c.relkind = 'v'
            and t.typcategory in ('N', 'E')
            and not f.proleakproof
        except
        -- Computed from two columns, so no index could serve a filter anyway.
        values ('api.workshops', 'rating'), ('api.customer_quotes', 'rating')
    $$,
    'a number or status that callers filter by compares leakproof: under policies the others use no index'
);

create sequence app.sequence_made_later;
create type api.type_made_later as enum ('planted');
create table public.table_made_later (id integer);
create function public.made_later() returns integer language sql set search_path = '' as 'select 1';
create schema made_later;
select is_empty(
    $$
        select a.object, a.grantee
        from (
            select 'sequence', (aclexplode(relacl)).grantee, relowner
            from pg_class where oid = 'app.sequence_made_later'::regclass
            union all
            select 'table', (aclexplode(relacl)).grantee, relowner
            from pg_class where oid = 'public.table_made_later'::regclass
            union all
            select 'function', (aclexplode(coalesce(proacl, acldefault('f', proowner)))).grantee, proowner
            from pg_proc where oid = 'public.made_later()'::regprocedure
            union all
            select 'schema', (aclexplode(nspacl)).grantee, nspowner
            from pg_namespace where nspname = 'made_later'
        ) as a (object, grantee, owner)
        where a.grantee <> a.owner
    $$,
    'a sequence, a schema, and what is made in public are their owner''s alone'
);

select * from finish();
rollback;
