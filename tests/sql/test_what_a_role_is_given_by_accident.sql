-- What is a role given by accident: by another role, by default, or by a grant that gives too much?

begin;
select plan(14);

create temporary view role as
    select oid, rolname::text as name
    from pg_catalog.pg_roles
    where rolname in (
            'anon', 'authenticated', 'customer', 'mechanic', 'workshop', 'platform_admin',
            'media_worker', 'backend', 'worker'
        );
grant select on role to public;

-- Roles

-- Whom a role may become (SET) or acts as (INHERIT), directly or through others.
create temporary view becomes as
    with recursive becomes (member, role) as (
        select m.member, m.roleid
        from pg_catalog.pg_auth_members as m
        where m.set_option or m.inherit_option
        union
        select b.member, m.roleid
        from becomes as b
        inner join pg_catalog.pg_auth_members as m on b.role = m.member
        where m.set_option or m.inherit_option
    )
    select member, role
    from becomes;
-- attack 41
select set_eq(
    $$
        select b.member::regrole || ' ' || b.role::regrole
        from becomes as b
        inner join pg_roles as r on b.role = r.oid
        where (r.rolsuper or r.rolbypassrls or r.rolcreaterole)
            and (
                b.member in (select oid from role)
                or b.member = 'authenticator'::regrole
            )
    $$,
    array['authenticator service_role'],
    'only the Data API''s login becomes a role that passes by policies, for the secret key'
);
select is_empty(
    $$
        select rolname
        from pg_roles
        where rolname in (select name from role)
            and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
    $$,
    'and no other role passes by them itself'
);
-- attack 42
select set_eq(
    $$
        select r.name || ' ' || b.role::regrole
        from role as r
        inner join becomes as b on r.oid = b.member
    $$,
    array[
        'customer authenticated', 'mechanic authenticated', 'workshop authenticated',
        'platform_admin authenticated', 'media_worker authenticated'
    ],
    'a persona inherits from authenticated and from nobody else'
);

-- Whoever is signed in without a persona, or not at all

create function pg_temp.answered(as_role text)
    returns setof text
    language plpgsql
as $$
declare
    asked record;
begin
    for asked in
        select
            o.oid,
            format('select * from %s', o.oid::regclass) as statement
        from pg_class as o
        where o.relnamespace in (
                'api'::regnamespace, 'app'::regnamespace, 'procrastinate'::regnamespace
            )
            and o.relkind in ('r', 'v')
        union all
        select
            f.oid,
            format(
                'select %s(%s)',
                f.oid::regproc,
                (
                    select string_agg(
                        case when f.provariadic <> 0 and a.place = f.pronargs then 'variadic ' else '' end
                            || 'null::' || format_type(a.type, null),
                        ', ' order by a.place
                    )
                    from unnest(f.proargtypes::oid[]) with ordinality as a (type, place)
                )
            )
        from pg_proc as f
        where f.pronamespace in (
                'api'::regnamespace, 'app'::regnamespace, 'backend'::regnamespace,
                'procrastinate'::regnamespace
            )
            and f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    loop
        begin
            perform tests.act_as_id(as_role, gen_random_uuid());
            execute asked.statement;
            raise exception 'undone' using errcode = 'U0000';
        exception
            when insufficient_privilege then
                null;
            when others then
                return next asked.statement || ': ' || sqlstate;
        end;
    end loop;
    perform tests.act_as_owner();
end;
$$;
-- attack 72
select is_empty(
    $$ select pg_temp.answered('authenticated') $$,
    'who is signed in without a persona is refused by every view, table and function'
);
select is_empty(
    $$ select pg_temp.answered('anon') $$, 'and so is who is not signed in'
);
grant usage on schema app, api, backend, procrastinate to authenticated;
select is_empty(
    $$ select pg_temp.answered('authenticated') $$, 'even with the schemas open'
);
revoke usage on schema app, api, backend, procrastinate from authenticated;

-- Making something

-- attack 73
select is_empty(
    $$
        select r.name, n.nspname
        from role as r
        cross join pg_namespace as n
        where n.nspname not like 'pg\_%'
            and has_schema_privilege(r.oid, n.oid, 'CREATE')
    $$,
    'nobody makes anything in a schema'
);
create function pg_temp.held_on_new_things(schema text)
    returns setof text
    language plpgsql
as $$
begin
    execute format('create table %I.new_table (id integer generated always as identity)', schema);
    execute format('create view %I.new_view as select 1 as one', schema);
    execute format('create sequence %I.new_sequence', schema);
    execute format(
        'create function %I.new_function() returns integer language sql as ''select 1''', schema
    );
    return query
        select r.name || ' ' || o.oid::regclass
        from (table role union all select oid, rolname from pg_roles where rolname = 'service_role') as r
        cross join pg_class as o
        where o.oid in (
                (schema || '.new_table')::regclass, (schema || '.new_view')::regclass
            )
            and (
                has_table_privilege(
                    r.oid, o.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'
                )
                or has_any_column_privilege(r.oid, o.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
            )
        union all
        select r.name || ' sequence'
        from (table role union all select oid, rolname from pg_roles where rolname = 'service_role') as r
        where has_sequence_privilege(r.oid, schema || '.new_sequence', 'SELECT, USAGE, UPDATE')
        union all
        select r.name || ' function'
        from (table role union all select oid, rolname from pg_roles where rolname = 'service_role') as r
        where has_function_privilege(r.oid, schema || '.new_function()', 'EXECUTE');
end;
$$;
-- attack 71
select is_empty(
    $$
        select s.schema, h.held
        from unnest(array['api', 'app', 'backend', 'procrastinate', 'public', 'extensions']) as s (schema)
        cross join lateral pg_temp.held_on_new_things(s.schema) as h (held)
    $$,
    'nobody holds anything on a new table, view, sequence or function, in whichever schema'
);

-- Counting

-- attack 74
select is_empty(
    $$
        select r.name, s.oid::regclass
        from pg_class as s
        cross join role as r
        where s.relkind = 'S'
            and s.relpersistence <> 't'
            and s.relname not like 'new\_%'
            and r.name <> 'worker'
            and has_schema_privilege(r.oid, s.relnamespace, 'USAGE')
            and has_sequence_privilege(r.oid, s.oid, 'SELECT, USAGE, UPDATE')
    $$,
    'nobody but the worker reads or moves a sequence'
);
select is_empty(
    $$
        select a.attrelid::regclass, a.attname
        from pg_attribute as a
        inner join pg_class as c on a.attrelid = c.oid
        where c.relnamespace in ('app'::regnamespace, 'api'::regnamespace)
            and c.relkind = 'r'
            and c.relname <> 'new_table'
            and (a.attidentity <> '' or pg_get_serial_sequence(c.oid::regclass::text, a.attname) is not null)
    $$,
    'and no row of ours is numbered by one'
);

-- A grant that gives too much, and a repair that does

create function pg_temp.reach(persona text)
    returns text[]
    language sql
as $$
    select array_agg(line order by line) from tests.reach(persona) as r (line);
$$;
select set_config('test.reach', pg_temp.reach('mechanic')::text, true);
revoke select on app.session_intake from mechanic;
select tests.act_as('mechanic', 'max');
-- attack 51
select throws_ok(
    $$ select id from api.mechanic_sessions $$, '42501', null,
    'a revoke on the table takes the column grants along: its view is refused, and says nothing'
);
select tests.act_as_owner();
select isnt(
    pg_temp.reach('mechanic')::text, current_setting('test.reach'), 'which what is listed does not agree with'
);
grant select on app.session_intake to mechanic;
select is(
    (
        select array_agg(missing.line)
        from (
            select line from unnest(pg_temp.reach('mechanic')) as n (line)
            except
            select line from unnest(current_setting('test.reach')::text[]) as o (line)
        ) as missing
    ),
    array[
        'app.session_intake: active_mechanic_id, concern, customer_first_name, customer_id, photo_count, '
        || 'session_id, vehicle_colour, vehicle_make, vehicle_model, vehicle_year, video_count, vin'
    ],
    'nor with the repair that grants the whole table'
);
revoke select on app.session_intake from mechanic;
grant all on all tables in schema app to workshop;
-- attack 50
select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace = 'app'::regnamespace
            and c.relkind = 'r'
            and not exists (
                select from unnest(pg_temp.reach('workshop')) as r (line)
                where r.line like c.oid::regclass || ': %'
                    and (
                        select count(*) from regexp_matches(r.line, ',', 'g')
                    ) = (
                        select count(*) - 1 from pg_attribute as a
                        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                    )
            )
    $$,
    'a grant of everything is seen in full by what is compared with the specification'
);

select * from finish();
rollback;
