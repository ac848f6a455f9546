-- Everything in a database that a migration can make, as rows (kind, name, definition).
--
-- Run with an empty search_path, so that every name inside a definition carries its schema.
-- Left out: PostgreSQL's own objects, those of extensions, and the history of migrations.

with extension_objects as (
    select classid, objid from pg_depend where deptype = 'e'
),

schemas as (
    select n.oid, n.nspname, n.nspowner, n.nspacl
    from pg_namespace as n
    where n.nspname !~ '^pg_'
        and n.nspname not in ('information_schema', 'supabase_migrations')
),

relations as (
    select c.*, format('%I.%I', s.nspname, c.relname) as name
    from pg_class as c
    inner join schemas as s on c.relnamespace = s.oid
    where not exists (
        select from extension_objects as e
        where e.classid = 'pg_class'::regclass and e.objid = c.oid
    )
),

columns as (
    select
        a.*,
        format('%s.%I', r.name, a.attname) as name,
        row_number() over (partition by a.attrelid order by a.attnum) as position,
        case r.relkind when 'c' then 'attribute' else 'column' end as kind
    from pg_attribute as a
    inner join relations as r on a.attrelid = r.oid
    where a.attnum > 0
        and not a.attisdropped
        and r.relkind in ('r', 'p', 'f', 'c')
),

routines as (
    select
        p.*,
        format('%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name
    from pg_proc as p
    inner join schemas as s on p.pronamespace = s.oid
    where not exists (
        select from extension_objects as e
        where e.classid = 'pg_proc'::regclass and e.objid = p.oid
    )
),

types as (
    select t.*, t.oid::regtype::text as name, c.relkind
    from pg_type as t
    inner join schemas as s on t.typnamespace = s.oid
    left join pg_class as c on t.typrelid = c.oid
    where (t.typtype in ('d', 'e', 'r') or c.relkind = 'c')
        and not exists (
            select from extension_objects as e
            where e.classid = 'pg_type'::regclass and e.objid = t.oid
        )
),

-- Grants as they work: where nothing was ever granted or revoked, PostgreSQL's defaults hold.
access_lists as (
    select 'grant on schema' as kind, nspname::text as object, nspowner as owner,
        coalesce(nspacl, acldefault('n', nspowner)) as acl
    from schemas
    union all
    select 'grant on relation', name, relowner,
        coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
    from relations
    where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select 'grant on column', format('%s.%I', r.name, a.attname), r.relowner, a.attacl
    from pg_attribute as a
    inner join relations as r on a.attrelid = r.oid
    where not a.attisdropped
    union all
    select 'grant on function', name, proowner,
        coalesce(proacl, acldefault('f', proowner))
    from routines
    union all
    select 'grant on type', name, typowner, coalesce(typacl, acldefault('T', typowner))
    from types
    union all
    select
        'default privilege on',
        format(
            '%s that %s makes%s',
            case d.defaclobjtype
                when 'r' then 'tables'
                when 'S' then 'sequences'
                when 'f' then 'functions'
                when 'T' then 'types'
                when 'n' then 'schemas'
            end,
            d.defaclrole::regrole,
            coalesce(' in schema ' || s.nspname, '')
        ),
        d.defaclrole,
        d.defaclacl
    from pg_default_acl as d
    left join schemas as s on d.defaclnamespace = s.oid
    where d.defaclnamespace = 0 or s.oid is not null
),

grants as (
    select
        l.kind,
        l.object,
        case g.grantee when 0 then 'public' else g.grantee::regrole::text end as grantee,
        string_agg(
            lower(g.privilege_type) || case when g.is_grantable then ' with grant option' else '' end,
            ', ' order by g.privilege_type
        ) as privileges
    from access_lists as l
    cross join lateral aclexplode(l.acl) as g
    group by l.kind, l.object, g.grantee
)

select 'schema' as kind, nspname::text as name, 'owner ' || nspowner::regrole as definition
from schemas

union all
select 'extension', e.extname, format('version %s in schema %s', e.extversion, n.nspname)
from pg_extension as e
inner join pg_namespace as n on e.extnamespace = n.oid

union all
select
    'table',
    r.name,
    concat_ws(
        e'\n',
        'owner ' || r.relowner::regrole,
        'row level security ' || case when r.relrowsecurity then 'enabled' else 'disabled' end
        || case when r.relforcerowsecurity then ', forced' else ', not forced' end,
        format('persistence %s', r.relpersistence),
        format('replica identity %s', r.relreplident),
        'partitioned by ' || pg_get_partkeydef(r.oid),
        (
            select 'inherits ' || string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
            from pg_inherits as i
            where i.inhrelid = r.oid
        ),
        pg_get_expr(r.relpartbound, r.oid),
        'options ' || array_to_string(r.reloptions, ', ')
    )
from relations as r
where r.relkind in ('r', 'p', 'f')

union all
select
    c.kind,  -- of a table, or of a composite type
    c.name,
    concat_ws(
        ', ',
        'position ' || c.position,
        format_type(c.atttypid, c.atttypmod),
        case when c.attnotnull then 'not null' end,
        case c.attidentity
            when 'a' then 'generated always as identity'
            when 'd' then 'generated by default as identity'
        end,
        case c.attgenerated when 's' then 'generated' end,
        (
            select 'collation ' || o.collname
            from pg_collation as o
            inner join pg_type as t on c.atttypid = t.oid
            where o.oid = c.attcollation and c.attcollation <> t.typcollation
        )
    )
from columns as c

-- Whose columns no statistics are kept of, so that no guess of the planner tells what stands in them.
union all
select 'statistics target', c.name, c.attstattarget::text
from columns as c
where c.attstattarget >= 0  -- null, before PostgreSQL 17 -1, is the server's own

union all
select 'default', c.name, pg_get_expr(d.adbin, d.adrelid)
from pg_attrdef as d
inner join columns as c on d.adrelid = c.attrelid and d.adnum = c.attnum

union all
select
    'constraint',
    format('%I on %s', k.conname, coalesce(r.name, t.name)),
    pg_get_constraintdef(k.oid)
from pg_constraint as k
left join relations as r on k.conrelid = r.oid
left join types as t on k.contypid = t.oid
where k.contype <> 't'
    and (r.oid is not null or t.oid is not null)

union all
select
    'index',
    format('%s on %s', r.relname, i.indrelid::regclass),
    pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' (invalid)' end
from pg_index as i
inner join relations as r on i.indexrelid = r.oid
where not exists (
    select from pg_constraint as k
    where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
)

union all
select 'statistics', format('%I.%I', s.nspname, x.stxname), pg_get_statisticsobjdef(x.oid)
from pg_statistic_ext as x
inner join schemas as s on x.stxnamespace = s.oid

union all
select
    'sequence',
    r.name,
    format(
        'owner %s, %s from %s to %s, start %s, increment %s, cache %s%s',
        r.relowner::regrole, format_type(q.seqtypid, null), q.seqmin, q.seqmax, q.seqstart,
        q.seqincrement, q.seqcache, case when q.seqcycle then ', cycles' else '' end
    )
from pg_sequence as q
inner join relations as r on q.seqrelid = r.oid

union all
select
    'type',
    t.name,
    concat_ws(
        ', ',
        'owner ' || t.typowner::regrole,
        case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod) end,
        case when t.typnotnull then 'not null' end,
        'default ' || t.typdefault,
        (
            select 'values ' || string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
            from pg_enum as e
            where e.enumtypid = t.oid
        ),
        (
            select 'range of ' || format_type(g.rngsubtype, null)
            from pg_range as g
            where g.rngtypid = t.oid
        )
    )
from types as t

union all
select
    'view',
    r.name,
    concat_ws(
        e'\n',
        case r.relkind when 'm' then 'materialized' end,
        'owner ' || r.relowner::regrole,
        'options ' || array_to_string(array(select unnest(r.reloptions) order by 1), ', '),
        pg_get_viewdef(r.oid, true)
    )
from relations as r
where r.relkind in ('v', 'm')

union all
select 'rule', format('%I on %s', w.rulename, r.name), pg_get_ruledef(w.oid, true)
from pg_rewrite as w
inner join relations as r on w.ev_class = r.oid
where w.rulename <> '_RETURN'

union all
select
    'function',
    p.name,
    case p.prokind
        when 'a' then 'aggregate'
        else pg_get_functiondef(p.oid)
    end || 'owner ' || p.proowner::regrole
from routines as p

union all
select
    'trigger',
    format('%I on %s', t.tgname, r.name),
    pg_get_triggerdef(t.oid, true)
    || case t.tgenabled
        when 'O' then ''
        when 'D' then ', disabled'
        else format(', enabled %s', t.tgenabled)
    end
from pg_trigger as t
inner join relations as r on t.tgrelid = r.oid
where not t.tgisinternal

union all
select
    'policy',
    format('%I on %s', p.polname, r.name),
    concat_ws(
        e'\n',
        format(
            '%s, for %s, to %s',
            case when p.polpermissive then 'permissive' else 'restrictive' end,
            case p.polcmd
                when 'r' then 'select'
                when 'a' then 'insert'
                when 'w' then 'update'
                when 'd' then 'delete'
                else 'all'
            end,
            (
                select
                    string_agg(
                        case o.role when 0 then 'public' else o.role::regrole::text end,
                        ', ' order by o.role::regrole::text
                    )
                from unnest(p.polroles) as o (role)
            )
        ),
        'using ' || pg_get_expr(p.polqual, p.polrelid),
        'with check ' || pg_get_expr(p.polwithcheck, p.polrelid)
    )
from pg_policy as p
inner join relations as r on p.polrelid = r.oid

union all
select g.kind, format('%s to %s', g.object, g.grantee), g.privileges
from grants as g

union all
select
    'comment',
    o.type || ' ' || o.identity,
    d.description
from pg_description as d
cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) as o
where d.objoid >= 16384  -- below are PostgreSQL's own
    and (o.schema is null or o.schema in (select s.nspname from schemas as s))
    and d.classoid not in ('pg_extension'::regclass, 'pg_language'::regclass)
    and not exists (
        select from extension_objects as e where e.classid = d.classoid and e.objid = d.objoid
    )

union all
select
    'publication',
    p.pubname,
    concat_ws(
        e'\n',
        format(
            'insert %s, update %s, delete %s, truncate %s, all tables %s',
            p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.puballtables
        ),
        (
            select
                string_agg(
                    format('%I.%I', t.schemaname, t.tablename),
                    e'\n' order by t.schemaname, t.tablename
                )
            from pg_publication_tables as t
            where t.pubname = p.pubname
        )
    )
from pg_publication as p

order by kind, name
