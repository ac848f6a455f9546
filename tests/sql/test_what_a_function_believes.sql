-- What does a function believe of its caller, and what does it put together, run or tell?

begin;
select plan(13);

create temporary view ours as
    select f.oid, n.nspname || '.' || f.proname as name, f.prosrc, f.prosecdef, f.prolang, f.prorettype, f.proargtypes
    from pg_catalog.pg_proc as f
    inner join pg_catalog.pg_namespace as n on f.pronamespace = n.oid
    where n.nspname in ('app', 'api', 'backend');

-- Bodies without what is said in comments and between quotes
create temporary view body as
    select
        name,
        regexp_replace(regexp_replace(prosrc, '--[^\n]*', '', 'g'), '''(''''|[^''])*''', '''''', 'g') as code,
        prosrc
    from ours;

select isnt_empty('select from ours where prosecdef', 'there are functions that run as their owner');

-- attack 62
select is_empty(
    $$ select name from body where code ~* '\mexecute\M|\mdblink|\mquery_to_xml|\mpg_read_|\mlo_import' $$,
    'no function puts a statement together'
);
-- attack 62
select set_eq(
    $$
        select l.lanname
        from ours as o
        inner join pg_language as l on o.prolang = l.oid
    $$,
    array['sql', 'plpgsql'],
    'nor runs anything but SQL'
);

-- What is done with the caller's word for who they are

-- attack 63
select is_empty(
    $$
        select o.name
        from ours as o
        cross join lateral unnest(
            (select f.proargnames[1:f.pronargs] from pg_proc as f where f.oid = o.oid)
        ) as a (argument)
        where o.name like 'api.%'
            and (
                has_function_privilege('customer', o.oid, 'EXECUTE')
                or has_function_privilege('mechanic', o.oid, 'EXECUTE')
                or has_function_privilege('workshop', o.oid, 'EXECUTE')
            )
            and a.argument in ('customer_id', 'mechanic_id', 'actor_id', 'caller', 'user_id', 'sender_id', 'role')
    $$,
    'nobody but an admin, who decides on others, tells a function whom to act for'
);
-- attack 60
select is_empty(
    $$
        select o.name
        from ours as o
        inner join body as b using (name)
        where o.name like 'api.%'
            and o.prosecdef
            and b.code !~ 'app\.(current_person_id|lock_standing|member_workshop_ids|current_workshop_ids)\('
    $$,
    'every function of the API that runs as its owner asks who is calling'
);
-- Those that personas execute for their policies give something of the caller alone, and take nothing.
select set_eq(
    $$
        select distinct o.name
        from ours as o
        cross join unnest(array['customer', 'mechanic', 'workshop', 'platform_admin']) as p (persona)
        where o.name like 'app.%'
            and o.prosecdef
            and has_function_privilege(p.persona, o.oid, 'EXECUTE')
    $$,
    array[
        'app.current_fee_schedule_version', 'app.current_instant', 'app.current_mechanic_id',
        'app.current_monitoring_version', 'app.current_refund_policy_version',
        'app.current_upload_paths', 'app.current_workshop_ids', 'app.may_continue_work', 'app.may_join_topic', 'app.may_take_work', 'app.member_workshop_ids',
        'app.moderation_topic'
    ],
    'twelve predicates run as their owner for personas'
);
create function pg_temp.known_to(sub text, as_role text)
    returns text
    language plpgsql
as $$
declare
    known text;
begin
    grant usage on schema app to customer, mechanic, workshop, platform_admin;
    perform set_config('request.jwt.claims', json_build_object('sub', sub)::text, true);
    perform set_config('role', as_role, true);
    -- One at a time: a persona may not even name the functions of the others.
    if as_role = 'customer' then
        known := app.current_upload_paths()::text;
    elsif as_role = 'mechanic' then
        known := concat(app.may_take_work(), app.current_mechanic_id());
    elsif as_role = 'workshop' then
        known := concat(app.current_workshop_ids(), app.member_workshop_ids());
    else
        known := concat(app.may_continue_work(), app.moderation_topic());
    end if;
    perform tests.act_as_owner();
    return known;
end;
$$;
-- attack 60
select results_eq(
    $$
        select pg_temp.known_to(s.sub, 'customer'), pg_temp.known_to(s.sub, 'mechanic'),
            pg_temp.known_to(s.sub, 'workshop'), pg_temp.known_to(s.sub, 'platform_admin')
        from (values (gen_random_uuid()::text), (null)) as s (sub)
    $$,
    $$ values ('{}', 'f', '{}{}', 'f'), ('{}', 'f', '{}{}', 'f') $$,
    'and know nothing for somebody who is not there, or whom the token does not name'
);

-- Rules, children, foreign tables

-- attack 67
select is_empty(
    $$
        select r.ev_class::regclass, r.rulename
        from pg_rewrite as r
        inner join pg_class as c on r.ev_class = c.oid
        where c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
            and r.rulename <> '_RETURN'
    $$,
    'no rule of anybody rewrites a statement'
);
-- attack 58
select is_empty(
    $$
        select i.inhrelid::regclass
        from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        where c.relnamespace in ('app'::regnamespace, 'api'::regnamespace, 'backend'::regnamespace)
            and c.relkind in ('r', 'f', 'p')
    $$,
    'no table has a child or a partition'
);

-- What everybody may hear

-- attack 80
select is_empty(
    $$ select name from body where code ~* '\m(pg_notify|notify)\M' $$, 'no function of ours notifies'
);
select set_eq(
    $$
        select f.proname
        from pg_proc as f
        where f.pronamespace = 'procrastinate'::regnamespace
            and f.prosrc ~* '\m(pg_notify|notify)\M'
    $$,
    array['procrastinate_notify_queue_job_inserted_v1', 'procrastinate_notify_queue_abort_job_v1'],
    'only the queue does'
);

-- The catalog

-- attack 81
select is_empty(
    $$
        select b.name
        from body as b
        where b.name like 'api.%'
            and b.prosrc ~* '\mpg_(catalog|class|proc|attribute|stat|stats|settings|roles|policies)|information_schema'
        union all
        select c.relname
        from pg_class as c
        where c.relnamespace = 'api'::regnamespace
            and c.relkind = 'v'
            and pg_get_viewdef(c.oid) ~* '\mpg_|information_schema'
    $$,
    'neither a view nor a function of the API reads the catalog'
);
-- attack 81
select is_empty(
    $$
        select b.name
        from body as b
        where b.prosrc ~ '\m((sk|rk)_(live|test)_|whsec_|sb_secret_|eyJ)\w{8}|password\s*(:=|=)\s*''[^'']'
        union all
        select d.objoid::regclass::text
        from pg_description as d
        where d.description ~ '\m((sk|rk)_(live|test)_|whsec_|sb_secret_|eyJ)\w{8}'
    $$,
    'and what a body or a comment says is no secret'
);

select * from finish();
rollback;
