-- Our functions as `create function`, a row (name, text) each, without defaults of arguments.
--
-- Defaults are resolved when the function is made, not when it is called, and it never replaces one of somebody else.

select
    p.oid::regproc::text,
    replace(
        regexp_replace(pg_get_functiondef(p.oid), '^CREATE OR REPLACE', 'CREATE'),
        format('(%s)', pg_get_function_arguments(p.oid)),
        format('(%s)', pg_get_function_identity_arguments(p.oid))
    )
from pg_catalog.pg_proc as p
where p.pronamespace in ('app'::regnamespace, 'api'::regnamespace, 'backend'::regnamespace)
    and p.prokind in ('f', 'p')
order by 1
