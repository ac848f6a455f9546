-- Clears the stage for the sources below: locks what they touch, then drops what sources have made.
--
-- Nothing is dropped with CASCADE: where something else still needs an object of ours, the migration
-- stops and nothing has changed. Tables, data, roles, memberships and default privileges stay.
--
-- A function stays until the end, without grants and comment: a call may be in it already, waiting for
-- a lock, and could not return if it were gone. Its source replaces it, or close_stage.sql drops it.

-- All locks or none: requests wait meanwhile, and never see a table without its policies.
do $stage$
declare
    deadlock_timeout constant interval := current_setting('deadlock_timeout');
    -- How long to go on trying: the lock_timeout of whoever migrates, else 20 s.
    patience constant interval := coalesce(nullif(current_setting('lock_timeout'), '0'), '20s');
    last_moment constant timestamptz := clock_timestamp() + patience;
    attempt_begun timestamptz;
    give_way_at timestamptz;
    target record;
    blocked oid;  -- where the last attempt failed: the next one begins there
    holders text;
begin
    <<attempts>>
    loop
        attempt_begun := clock_timestamp();
        -- The first lock is awaited with none held, for long enough that an autovacuum is called off.
        give_way_at := attempt_begun + 2 * deadlock_timeout;
        begin
            for target in
                select
                    c.oid,
                    c.relkind = 'v' as is_view,
                    format('%I.%I', n.nspname, c.relname) as name
                from pg_class as c
                inner join pg_namespace as n on c.relnamespace = n.oid
                where c.relkind in ('r', 'p', 'v')
                    and (
                        n.nspname in ('app', 'api', 'backend')
                        or (n.nspname, c.relname) in (
                            ('auth', 'users'),
                            ('realtime', 'messages'),
                            ('storage', 'buckets'),
                            ('storage', 'objects')
                        )
                    )
                    and has_table_privilege(c.oid, 'update, delete, truncate')
                -- views before the tables they read, as a reader takes them
                order by c.oid is not distinct from blocked desc, is_view desc, n.nspname, c.relname
            loop
                blocked := target.oid;
                give_way_at := least(give_way_at, last_moment);
                if clock_timestamp() >= give_way_at then
                    raise lock_not_available;
                end if;
                perform set_config(
                    'lock_timeout',
                    ceil(1000 * extract(epoch from give_way_at - clock_timestamp()))::text,
                    true
                );
                if target.is_view then
                    -- Changes nothing. LOCK TABLE would go on to the view's tables, out of order.
                    execute 'alter view ' || target.name || ' owner to current_user';
                else
                    execute 'lock table only ' || target.name || ' in access exclusive mode';
                end if;
                -- From here on it holds locks, and gives way before any request that waits for them
                -- looks for a deadlock: it is never the request that has to die.
                give_way_at := least(give_way_at, clock_timestamp() + deadlock_timeout / 2);
            end loop;
            perform set_config(
                'lock_timeout', ceil(1000 * extract(epoch from deadlock_timeout / 2))::text, true
            );
            exit attempts;
        exception
            when lock_not_available then
                null;  -- the locks it had are released
        end;
        if clock_timestamp() >= last_moment then
            select string_agg(
                format(
                    'process %s (role %s, application "%s", %s, last query began %s)',
                    l.pid, a.usename, a.application_name, a.state, a.query_start
                ),
                ' and ' order by l.pid
            ) into holders
            from pg_locks as l
            inner join pg_database as d on l.database = d.oid
            left join pg_stat_activity as a on l.pid = a.pid
            where d.datname = current_database()
                and l.relation = blocked
                and l.granted
                -- not those who only waited behind this attempt
                and coalesce(a.xact_start < attempt_begun, true);
            raise exception
                'nothing has changed: no lock on % within % s, held by %',
                blocked::regclass,
                extract(epoch from patience)::real,
                coalesce(holders, 'nobody any more, so try again')
                using errcode = 'lock_not_available';
        end if;
        perform pg_sleep_for(deadlock_timeout / 2);  -- those who waited go first
    end loop;
end;
$stage$;

do $stage$
declare
    ours constant text [] := array['app', 'api', 'backend'];
    -- Ours on these is what uses ours: hosted Supabase lets nobody mark it by a comment.
    platform constant text [] := array['auth', 'realtime', 'storage'];
    -- Those whom the API can be, apart from Supabase's own three.
    personas constant oid [] := array(
        select m.roleid
        from pg_auth_members as m
        where m.member = to_regrole('authenticator')
            and m.roleid::regrole::text not in ('anon', 'authenticated', 'service_role')
    );
    changed constant text [] := string_to_array(current_setting('stage.changed_functions'), ' ');
    left_on_stage oid [] := '{}';
    routine oid;
    statement text;
    dropped integer;
    refusal text;
    reason text;
begin
    -- Triggers; on the platform's tables those that call a function of ours.
    for statement in
        select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)
        from pg_trigger as t
        inner join pg_class as c on t.tgrelid = c.oid
        inner join pg_proc as p on t.tgfoid = p.oid
        where not t.tgisinternal
            and t.tgparentid = 0
            and (
                c.relnamespace::regnamespace::text = any (ours)
                or (
                    c.relnamespace::regnamespace::text = any (platform)
                    and p.pronamespace::regnamespace::text = any (ours)
                )
            )
    loop
        execute statement;
    end loop;

    -- Policies; on the platform's tables those for a persona.
    for statement in
        select format('drop policy %I on %s', p.polname, p.polrelid::regclass)
        from pg_policy as p
        inner join pg_class as c on p.polrelid = c.oid
        where c.relnamespace::regnamespace::text = any (ours)
            or (
                c.relnamespace::regnamespace::text = any (platform)
                and p.polroles && personas
            )
    loop
        execute statement;
    end loop;

    -- Views and types, and functions that need one or whose signature is another now; the youngest
    -- first. What another of them still needs has its turn again.
    loop
        dropped := 0;
        refusal := null;
        foreach statement in array array(
            select
                format(
                    'drop %s %s',
                    case c.relkind when 'v' then 'view' else 'materialized view' end,
                    c.oid::regclass
                )
            from pg_class as c
            where c.relkind in ('v', 'm')
                and c.relnamespace::regnamespace::text in ('api', 'backend')
            order by c.oid desc
        ) || array(
            select 'drop routine ' || p.oid::regprocedure
            from pg_proc as p
            where p.pronamespace::regnamespace::text = any (ours)
                and (
                    format('%s.%s', p.pronamespace::regnamespace, p.proname) = any (changed)
                    or exists (
                        select from pg_depend as d
                        inner join pg_type as t
                            on d.refobjid in (t.oid, t.typrelid)
                            or d.refobjid = t.typarray and t.typarray <> 0
                        where d.classid = 'pg_proc'::regclass
                            and d.objid = p.oid
                            and d.refclassid in ('pg_type'::regclass, 'pg_class'::regclass)
                            and t.typnamespace::regnamespace::text in ('api', 'backend')
                    )
                )
            order by p.oid desc
        ) || array(
            select 'drop type ' || t.oid::regtype
            from pg_type as t
            left join pg_class as c on t.typrelid = c.oid
            where t.typnamespace::regnamespace::text in ('api', 'backend')
                and (t.typtype in ('d', 'e', 'r') or c.relkind = 'c')
            order by t.oid desc
        )
        loop
            begin
                execute statement;
                dropped := dropped + 1;
            exception
                when dependent_objects_still_exist then
                    get stacked diagnostics
                        refusal = message_text,
                        reason = pg_exception_detail;
            end;
        end loop;
        exit when refusal is null;
        if dropped = 0 then
            raise exception 'nothing has changed: %', refusal
                using errcode = 'dependent_objects_still_exist', detail = reason;
        end if;
    end loop;

    -- Comments on functions that a source has made; a function that a table needs is part of the table.
    for routine in
        select p.oid
        from pg_proc as p
        where p.pronamespace::regnamespace::text = any (ours)
            and not (
                p.pronamespace::regnamespace::text = 'app'
                and exists (
                    select from pg_depend as d
                    left join pg_class as i on d.classid = 'pg_class'::regclass and d.objid = i.oid
                    where d.refclassid = 'pg_proc'::regclass
                        and d.refobjid = p.oid
                        and (
                            d.classid in ('pg_attrdef'::regclass, 'pg_constraint'::regclass)
                            or i.relkind in ('i', 'I')
                        )
                )
            )
    loop
        execute format('comment on routine %s is null', routine::regprocedure);
        left_on_stage := left_on_stage || routine;
    end loop;

    -- Grants on what stays: tables with their columns, sequences, functions, and the schemas.
    for statement in
        select
            format(
                'revoke all on %s from %s',
                a.object,
                string_agg(
                    distinct case a.grantee
                        when 0 then 'public'
                        else a.grantee::regrole::text
                    end,
                    ', '
                )
            )
        from (
            select
                case c.relkind when 'S' then 'sequence ' else 'table ' end
                || c.oid::regclass as object,
                c.relowner as owner,
                (aclexplode(g.acl)).grantee
            from pg_class as c
            cross join lateral (
                select c.relacl as acl
                union all
                select t.attacl
                from pg_attribute as t
                where t.attrelid = c.oid and not t.attisdropped
            ) as g
            where c.relnamespace::regnamespace::text = any (ours)
            union all
            select
                'routine ' || p.oid::regprocedure,
                p.proowner,
                (aclexplode(p.proacl)).grantee
            from pg_proc as p
            where p.pronamespace::regnamespace::text = any (ours)
            union all
            select
                'schema ' || n.oid::regnamespace,
                n.nspowner,
                (aclexplode(n.nspacl)).grantee
            from pg_namespace as n
            where n.nspname = any (ours)
        ) as a
        where a.grantee <> a.owner
        group by a.object
    loop
        execute statement;
    end loop;

    -- Where those functions stand in pg_proc; one that is replaced stands elsewhere.
    perform set_config(
        'stage.functions',
        array(
            select format('%s %s', p.oid, p.ctid) from pg_proc as p where p.oid = any (left_on_stage)
        )::text,
        true
    );
    -- A function may come before the one it calls; bodies are checked when all are here.
    perform set_config('check_function_bodies', 'off', true);
end;
$stage$;
