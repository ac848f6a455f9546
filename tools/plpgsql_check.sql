-- What plpgsql_check says of our PL/pgSQL functions, as rows (object, level, words).
--
-- A trigger function is checked for each table that it serves.

select
    p.oid::regproc::text || coalesce(' on ' || t.tgrelid::regclass, '') as object,
    c.level,
    concat_ws('; ', 'line ' || c.lineno, c.message, c.detail, c.hint, c.context) as words
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_language as l on p.prolang = l.oid
left join (
    select distinct tgfoid, tgrelid from pg_catalog.pg_trigger where not tgisinternal
) as t on p.oid = t.tgfoid
cross join lateral extensions.plpgsql_check_function_tb(
    p.oid::regprocedure, coalesce(t.tgrelid, 0), extra_warnings => true, security_warnings => true
) as c
where l.lanname = 'plpgsql'
    and p.pronamespace in ('app'::regnamespace, 'api'::regnamespace, 'backend'::regnamespace)
    -- one that no trigger calls yet has no table to be checked for
    and (p.prorettype <> 'trigger'::regtype or t.tgrelid is not null)
order by 1, 2, 3
