-- Drops the functions that no source has made again, and checks the body of every other one of ours.
do $stage$
declare
    session_path constant text := current_setting('search_path');
    routine record;
begin
    for routine in
        select p.oid::regprocedure as signature
        from pg_proc as p
        where format('%s %s', p.oid, p.ctid) = any (current_setting('stage.functions', true)::text [])
    loop
        execute format('drop routine %s', routine.signature);
    end loop;

    perform set_config('check_function_bodies', 'on', true);
    for routine in
        select
            p.oid,
            l.lanvalidator::regproc as validator,
            (
                select substr(s.setting, length('search_path=') + 1)
                from unnest(p.proconfig) as s (setting)
                where starts_with(s.setting, 'search_path=')
            ) as search_path
        from pg_proc as p
        inner join pg_language as l on p.prolang = l.oid
        where p.pronamespace::regnamespace::text in ('app', 'api', 'backend')
            and l.lanvalidator <> 0
        order by p.oid
    loop
        perform set_config('search_path', coalesce(routine.search_path, session_path), true);
        execute format('select %s(%s)', routine.validator, routine.oid);
    end loop;
    perform set_config('search_path', session_path, true);
end;
$stage$;
