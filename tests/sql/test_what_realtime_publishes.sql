-- What does Realtime publish of our tables, and what of its own does it let a persona read?

begin;
select plan(8);

-- What each publication tells of: its tables, those of its schemas, all tables where it says so.
create temporary view published as
    select
        p.pubname,
        t.schemaname || '.' || t.tablename as relation,
        p.pubinsert or p.pubupdate as tells_rows,
        p.pubdelete or p.pubtruncate as tells_deletions
    from pg_publication as p
    inner join pg_publication_tables as t on p.pubname = t.pubname
    where t.schemaname <> 'realtime'
    union all
    select p.pubname, 'all tables', p.pubinsert or p.pubupdate, p.pubdelete or p.pubtruncate
    from pg_publication as p
    where p.puballtables
    union all
    select p.pubname, s.pnnspid::regnamespace::text, p.pubinsert or p.pubupdate, p.pubdelete or p.pubtruncate
    from pg_publication as p
    inner join pg_publication_namespace as s on p.oid = s.pnpubid;

-- attack 97
select is_empty(
    'select * from published where tells_rows',
    'no publication tells of a row of ours, whose columns Realtime would send as they are'
);
-- attack 98
select is_empty(
    'select * from published where tells_deletions',
    'nor of a deletion, of which Realtime would tell everybody'
);

-- attack 99
select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace in ('app'::regnamespace, 'backend'::regnamespace)
            and c.relkind = 'r'
            and c.relreplident <> 'd'
    $$,
    'no table writes more than its key into the log when a row changes: the old values stay behind'
);

-- Realtime takes a subscription's filter by the columns that its role may select (its function
-- subscription_check_filters), whichever of them a view would have shown.
create temporary view filterable as
    select r.role, t.attrelid, t.attnum, t.attrelid::regclass || '.' || t.attname as name
    from unnest(array['anon', 'authenticated', 'customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker'])
        as r (role)
    inner join pg_class as c on c.relnamespace in ('app'::regnamespace, 'backend'::regnamespace) and c.relkind = 'r'
    inner join pg_attribute as t on c.oid = t.attrelid and t.attnum > 0
    where not t.attisdropped
        and has_column_privilege(r.role, c.oid, t.attnum, 'SELECT');
select isnt_empty('select from filterable', 'a persona selects columns of the tables behind its views');
-- attack 100
select is_empty(
    $$
        select f.role, f.name
        from filterable as f
        where not exists (
                select
                from pg_depend as d
                inner join pg_rewrite as w on d.objid = w.oid
                where d.classid = 'pg_rewrite'::regclass
                    and d.refclassid = 'pg_class'::regclass
                    and d.refobjid = f.attrelid
                    and d.refobjsubid = f.attnum
                    and has_table_privilege(f.role, w.ev_class, 'SELECT')
            )
    $$,
    'were a table published, a subscriber could filter by no column that their views do not read'
);

create temporary view caller as
    select unnest(array['anon', 'authenticated', 'customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker'])
        as role;

-- attack 104
select is_empty(
    $$
        select r.role, c.oid::regclass
        from caller as r
        cross join pg_class as c
        where c.relnamespace = 'realtime'::regnamespace
            and c.relkind in ('r', 'p', 'v')
            and c.oid <> 'realtime.messages'::regclass
            and (
                has_table_privilege(r.role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                or has_any_column_privilege(r.role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
            )
    $$,
    'of the tables of schema realtime a caller holds the messages alone'
);

insert into realtime.messages (topic, extension, event, payload)
select 'person:' || id, 'broadcast', 'said', '{"body": "x"}'
from tests.names
where name in ('ana', 'max', 'walt', 'ada');

create function pg_temp.messages_read(persona text, name text)
    returns bigint
    language plpgsql
as $$
declare
    found bigint;
begin
    perform tests.act_as(persona, name);
    select count(*) into found from realtime.messages;
    perform tests.act_as_owner();
    return found;
end;
$$;

-- attack 104
select is_empty(
    $$
        select c.persona
        from (values ('customer', 'ana'), ('mechanic', 'max'), ('workshop', 'walt'), ('platform_admin', 'ada'))
            as c (persona, name)
        where pg_temp.messages_read(c.persona, c.name) > 0
    $$,
    'and reads no message there outside of a topic that is being joined'
);

select isnt_empty('select from realtime.messages', 'although there are some');

select * from finish();
rollback;
