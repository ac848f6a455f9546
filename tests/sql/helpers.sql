-- What the plays in this folder share: names for ids, and stepping into a persona's shoes.

create schema tests;
grant usage on schema tests to public;

create table tests.names (
    name text primary key,
    id uuid not null
);
comment on table tests.names is 'What tests/world.sql calls its people, workshops and rows.';
grant select on tests.names to public;

create function tests.id(name text)
    returns uuid
    language plpgsql
    volatile  -- a stable one is tried while planning too, before the row it names is visible
    set search_path = ''
as $$
declare
    found_id uuid;
begin
    select n.id into found_id from tests.names as n where n.name = id.name;
    if found_id is null then
        raise exception 'the test world knows no %', name;
    end if;
    return found_id;
end;
$$;
comment on function tests.id is 'The id of something in the test world; an error for an unknown name.';

create function tests.named(name text, id uuid)
    returns uuid
    language sql
    volatile
    security definer  -- the play names what a persona has just made
    set search_path = ''
as $$
    insert into tests.names (name, id) values (named.name, named.id) returning id;
$$;
comment on function tests.named is 'Gives a row of the test world its name; returns the id.';

create function tests.act_as_id(persona text, person_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform set_config(
        'request.jwt.claims',
        json_build_object('sub', person_id, 'role', persona)::text,
        true
    );
    perform set_config('role', persona, true);
end;
$$;
comment on function tests.act_as_id is 'What the API does with a token: sets the claims and the role.';

create function tests.act_as(persona text, name text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.act_as_id(persona, tests.id(name));
end;
$$;
comment on function tests.act_as is 'As tests.act_as_id, by the person''s name in the test world.';

create function tests.act_as_owner()
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform set_config('request.jwt.claims', '', true);
    perform set_config('role', 'none', true);
end;
$$;
comment on function tests.act_as_owner is 'Back to the database owner, without a token.';

create function tests.act_as_service(role text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform set_config('request.jwt.claims', '', true);
    perform set_config('role', act_as_service.role, true);
end;
$$;
comment on function tests.act_as_service is 'Acts as backend or worker, which have no token.';

create function tests.code_as_service(role text, statement text)
    returns text
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.act_as_service(role);
    execute statement;
    perform tests.act_as_owner();
    return null;
exception
    when others then
        perform tests.act_as_owner();
        return sqlstate;
end;
$$;
comment on function tests.code_as_service is
    'The error with which a service''s statement is refused; null if it is not. (It cannot see pgTAP.)';

create function tests.sign_up(name text)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    person_id uuid := gen_random_uuid();
begin
    -- As hosted Auth does it: insert, then role to the default group; the trigger has the last word.
    perform tests.act_in_auth(
        format(
            $auth$
                insert into auth.users (
                    instance_id, id, aud, role, email, email_confirmed_at, encrypted_password,
                    created_at, updated_at
                ) values (
                    '00000000-0000-0000-0000-000000000000', %L, 'authenticated', '', %L, now(), '',
                    now(), now()
                )
            $auth$,
            person_id, sign_up.name || '@example.test'
        )
    );
    perform tests.act_in_auth(
        format($auth$ update auth.users set role = 'authenticated' where id = %L $auth$, person_id)
    );
    insert into app.consents (person_id, version)
    select person_id, max(n.version) from app.monitoring_notices as n;
    return tests.named(sign_up.name, person_id);
end;
$$;
comment on function tests.sign_up is 'A fresh account, a customer by its sign-up, known by its name, who agreed to monitoring.';

create function tests.move_clock(by interval)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    update app.clock set shift = shift + move_clock.by;
$$;
comment on function tests.move_clock is 'Lets time pass. As the owner only.';

create function tests.rewind_clock()
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    update app.clock
    set shift = (select max(p.created_at) from app.people as p) + interval '1 second' - now();
$$;
comment on function tests.rewind_clock is
    'It is a second after the test world was made, however long that is ago. As the owner only.';

create function tests.instant()
    returns timestamptz
    language sql
    volatile
    security definer  -- no persona holds usage on app
    set search_path = ''
as $$
    select app.current_instant();
$$;
comment on function tests.instant is 'What time it is on the platform.';

grant execute on all functions in schema tests to public;

create function tests.reach(persona text)
    returns setof text
    language sql
    stable
    set search_path = ''
as $$
    -- relations, by the columns that the persona may read
    select
        n.nspname || '.' || c.relname || ': '
        || string_agg(a.attname, ', ' order by a.attname collate "C")
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid and a.attnum > 0
    where n.nspname in ('api', 'app', 'backend', 'procrastinate')
        and not a.attisdropped
        and pg_catalog.has_column_privilege(reach.persona, c.oid, a.attnum, 'SELECT')
    group by n.nspname, c.relname
    union all
    -- functions, by the names of their parameters
    select
        n.nspname || '.' || f.proname || '('
        || coalesce(array_to_string(f.proargnames[1:f.pronargs], ', '), '') || ')'
    from pg_catalog.pg_proc as f
    inner join pg_catalog.pg_namespace as n on f.pronamespace = n.oid
    where n.nspname in ('api', 'app', 'backend', 'procrastinate')
        and pg_catalog.has_function_privilege(reach.persona, f.oid, 'EXECUTE');
$$;
comment on function tests.reach is
    'All that a role holds in our schemas: "schema.relation: columns" and "schema.function(parameters)".';
grant execute on function tests.reach to public;

create function tests.reaches_exactly(persona text, listed text)
    returns text
    language plpgsql
    volatile
    set search_path = public, extensions, pg_temp
as $$
declare
    -- pgTAP's set_eq would make two tables, thousands of times in make mutate.
    reached constant text[] := array(select tests.reach(persona));
    promised constant text[] := array(
        select regexp_replace(regexp_replace(entry, '^([^(\s]+)\s+', '\1: '), '\s+', ' ', 'g')
        from regexp_split_to_table(btrim(listed, E'\n '), '\n(?=\S)') as entry
        where entry <> ''
    );
begin
    return is(
        (
            select string_agg(d.line, E'\n' order by d.line)
            from (
                select 'too much: ' || r.entry from unnest(reached) as r (entry)
                where r.entry <> all(promised)
                union all
                select 'lacking: ' || p.entry from unnest(promised) as p (entry)
                where p.entry <> all(reached)
            ) as d (line)
        ),
        null,
        format('%s reaches what is listed here, and nothing else', persona)
    );
end;
$$;
comment on function tests.reaches_exactly is
    'A test that tests.reach gives the list: a relation a line with its columns indented below, or a '
    'function with its parameters.';
grant execute on function tests.reaches_exactly to public;

create function tests.attempt(statement text, reads boolean, settings jsonb default '{}')
    returns jsonb
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    rows jsonb;
    changed bigint;
begin
    perform set_config(s.key, s.value, true) from jsonb_each_text(settings) as s;
    if reads then
        execute format('select jsonb_agg(to_jsonb(r)) from (%s) as r', statement) into rows;
        changed := coalesce(jsonb_array_length(rows), 0);
    else
        execute statement;
        get diagnostics changed = row_count;
    end if;
    raise sqlstate 'UNDO0';
exception
    when sqlstate 'UNDO0' then
        return jsonb_build_object('rows', coalesce(rows, '[]'), 'count', changed);
    when others then
        return jsonb_build_object('code', sqlstate, 'message', sqlerrm);
end;
$$;
comment on function tests.attempt is
    'What a statement gives its caller, who may be anybody: its rows and their number, or the code and the '
    'message of its error. Nothing of it stays, nor of the settings.';
grant execute on function tests.attempt to public;

create function tests.riverside_cast()
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    workshop_id uuid;
begin
    update app.limits set most = 1000 where action = 'request_session';
    perform tests.act_as('platform_admin', 'ada');
    workshop_id := api.create_workshop('Riverside Motors', tests.id('Springfield'), '{brakes}');
    perform tests.act_as_owner();
    perform tests.named('Riverside Motors', workshop_id);
    perform tests.invite('wim', 'workshop', workshop_id);
    perform tests.invite('mo', 'mechanic');
    perform tests.act_as('mechanic', 'mo');
    perform api.set_mechanic_profile('Mo');
    perform tests.act_as_owner();
    perform tests.sign_up('carla');
    perform tests.act_as('customer', 'carla');
    perform api.set_customer_profile('Carla', 'd', tests.id('Springfield'));
    perform tests.act_as_owner();
end;
$$;
comment on function tests.riverside_cast is
    'carla, a customer, mo, a mechanic, and wim, an advisor of Riverside Motors: nobody else''s money is in their accounts.';

create function tests.riverside_session(session text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.open_session('carla', session, 'brakes', 'It squeals', 'Fiat', 'Panda');
end;
$$;
comment on function tests.riverside_session is 'carla asks for a diagnostic.';

create function tests.riverside_quote(session text, total_cents integer)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.escalate(session, 'mo', array['Riverside Motors']);
    perform tests.act_as('workshop', 'wim');
    perform api.accept_offer(tests.id(session || ' offer to Riverside Motors'));
    perform tests.act_as_owner();
    perform tests.quote(session, 'Riverside Motors', 'wim', total_cents / 2, total_cents / 2);
    perform tests.act_as('customer', 'carla');
    perform api.approve_quote(tests.id(session || ' quote of Riverside Motors'));
    perform tests.act_as_owner();
    perform tests.named(session || ' repair', p.id)
    from app.payments as p
    where p.quote_id = (select tests.id(session || ' quote of Riverside Motors'));
end;
$$;
comment on function tests.riverside_quote is
    'A session of mo''s is escalated, and carla approves a quote of Riverside Motors; its payment has a name.';

create function tests.riverside_repair(session text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform tests.act_as('workshop', 'wim');
    perform api.finish_repair(tests.id(session || ' offer to Riverside Motors'));
    perform tests.act_as_owner();
end;
$$;
comment on function tests.riverside_repair is 'wim says that the repair is done.';

create function tests.entries(payment_id uuid)
    returns table (description text, account text, amount_cents bigint)
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return query
    select e.description, e.account, e.amount_cents
    from app.ledger_entries as e
    inner join app.ledger_transactions as t on e.transaction_id = t.id
    where t.payment_id = entries.payment_id
    order by e.description, e.account;
end;
$$;
comment on function tests.entries is 'What the ledger holds about a payment.';
