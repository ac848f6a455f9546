-- What belongs to the cluster or to a database as a whole, as rows (kind, name, definition) like those of catalog.sql.
--
-- Passwords are not here: nobody but a superuser sees them. Roles of PostgreSQL itself are left out.

select
    'role' as kind,
    quote_ident(r.rolname) as name,
    concat_ws(
        e'\n',
        case when r.rolcanlogin then 'login' else 'nologin' end,
        case when r.rolinherit then 'inherit' else 'noinherit' end,
        case when r.rolsuper then 'superuser' else 'nosuperuser' end,
        case when r.rolbypassrls then 'bypassrls' else 'nobypassrls' end,
        case when r.rolcreaterole then 'createrole' else 'nocreaterole' end,
        case when r.rolcreatedb then 'createdb' else 'nocreatedb' end,
        case when r.rolreplication then 'replication' else 'noreplication' end,
        'connection limit ' || r.rolconnlimit,
        'valid until ' || r.rolvaliduntil,
        (
            select string_agg('set ' || c.setting, e'\n' order by c.setting)
            from pg_catalog.pg_db_role_setting as s
            cross join lateral unnest(s.setconfig) as c (setting)
            where s.setrole = r.oid
                and s.setdatabase in (
                    0, (select oid from pg_catalog.pg_database where datname = current_database())
                )
        )
    ) as definition
from pg_catalog.pg_roles as r
where r.rolname !~ '^pg_'

union all
-- One that makes a role is its member too, by a second grant; what counts is what either of them allows.
select
    'membership',
    format('%s in %s', m.member::regrole, m.roleid::regrole),
    concat_ws(
        ', ',
        'admin ' || bool_or(m.admin_option),
        'inherit ' || bool_or(m.inherit_option),
        'set ' || bool_or(m.set_option)
    )
from pg_catalog.pg_auth_members as m
group by m.member, m.roleid

union all
select 'setting of the database', s.name, s.value
from pg_catalog.pg_db_role_setting as d
cross join lateral unnest(d.setconfig) as c (setting)
cross join lateral (
    select split_part(c.setting, '=', 1), substr(c.setting, strpos(c.setting, '=') + 1)
) as s (name, value)
where d.setrole = 0
    and d.setdatabase = (select oid from pg_catalog.pg_database where datname = current_database())

union all
select
    'grant on database',
    'to ' || case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
    string_agg(lower(g.privilege_type), ', ' order by g.privilege_type)
from pg_catalog.pg_database as d
cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as g
where d.datname = current_database()
group by g.grantee

order by kind, name
