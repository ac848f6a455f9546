-- Who holds what is made later, before anybody thinks of it?

begin;
select plan(4);

create function api.made_later() returns integer language sql set search_path = '' as 'select 1';
create function backend.made_later() returns integer language sql set search_path = '' as 'select 1';
create view api.view_made_later with (security_invoker = true) as select 1 as one;
create table app.table_made_later (id integer);

create function pg_temp.answers(statement text)
    returns setof text
    language plpgsql
as $$
declare
    who record;
begin
    for who in
        values
            ('customer', 'ana'), ('mechanic', 'max'), ('workshop', 'walt'),
            ('platform_admin', 'ada'), ('media_worker', 'mia')
    loop
        begin
            perform tests.act_as(who.column1, who.column2);
            execute statement;
            return next who.column1 || ': done';
        exception
            when insufficient_privilege then null;
        end;
    end loop;
    foreach who.column1 in array
        array['anon', 'authenticated', 'service_role', 'backend', 'worker']
    loop
        begin
            perform tests.act_as_service(who.column1);
            execute statement;
            return next who.column1 || ': done';
        exception
            when insufficient_privilege then null;
        end;
    end loop;
    perform tests.act_as_owner();
end;
$$;

select is_empty(
    $$ select pg_temp.answers('select api.made_later()') $$, 'nobody calls a function of api'
);
select is_empty(
    $$ select pg_temp.answers('select backend.made_later()') $$, 'nor one of the service'
);
select is_empty(
    $$ select pg_temp.answers('select one from api.view_made_later') $$, 'nobody reads a view'
);
select is_empty(
    $$
        select r.rolname
        from pg_roles as r
        where r.rolname in (
                'anon', 'authenticated', 'service_role', 'customer', 'mechanic', 'workshop',
                'platform_admin', 'media_worker', 'backend', 'worker'
            )
            and (
                has_function_privilege(r.oid, 'api.made_later()', 'EXECUTE')
                or has_table_privilege(
                    r.oid, 'api.view_made_later', 'SELECT, INSERT, UPDATE, DELETE'
                )
                or has_table_privilege(
                    r.oid, 'app.table_made_later', 'SELECT, INSERT, UPDATE, DELETE'
                )
            )
    $$,
    'and nobody holds anything, whichever wall stands before it'
);

select * from finish();
rollback;
