-- Twenty-five customers, each in an active session with a mechanic of their own; and limits that let them write fast.

create function pg_temp.sign_up(email text)
    returns uuid
    language sql
    volatile
as $$
    insert into auth.users (id, aud, role, email, encrypted_password, created_at, updated_at)
    values (gen_random_uuid(), 'authenticated', '', email, '', now(), now())
    returning id;
$$;

create function pg_temp.act_as(persona text, person_id uuid)
    returns record
    language sql
    volatile
as $$
    select
        set_config('request.jwt.claims', json_build_object('sub', person_id, 'role', persona)::text, true),
        set_config('role', persona, true);
$$;

create temporary table conversations (thread_id uuid, customer_id uuid, mechanic_id uuid);

insert into app.services (code, name) values ('brakes', 'Brakes') on conflict do nothing;
insert into app.cities (name, region, latitude, longitude)
values ('Springfield', 'Illinois', 39.80, -89.65)
on conflict do nothing;

do $$
declare
    customer uuid;
    mechanic uuid;
    session uuid;
    thread uuid;
    city uuid := (select id from app.cities where name = 'Springfield' limit 1);
begin
    for n in 1..25 loop
        perform set_config('role', 'none', true);
        customer := pg_temp.sign_up(format('customer%s@example.test', n));
        mechanic := pg_temp.sign_up(format('mechanic%s@example.test', n));
        perform app.become_persona(mechanic, 'mechanic');
        perform pg_temp.act_as('mechanic', mechanic);
        perform api.agree_to_monitoring(1);
        perform api.set_mechanic_profile('Mechanic');
        perform set_config('role', 'none', true);
        perform pg_temp.act_as('customer', customer);
        perform api.agree_to_monitoring(1);
        perform api.set_customer_profile('Customer', 'C', city);
        session := (api.request_session('brakes', 'It grinds.', 2016, 'Honda', 'Civic')).session_id;
        perform set_config('role', 'none', true);
        perform app.session_paid(session);
        perform pg_temp.act_as('mechanic', mechanic);
        thread := api.accept_session(session);
        perform set_config('role', 'none', true);
        insert into conversations values (thread, customer, mechanic);
    end loop;
end;
$$;

-- Two messages a second in a thread, one by each party, are 60 and 120 a minute; a flood is far beyond.
update app.limits as l
set most = n.most
from (values ('send_message', 90), ('thread_message', 180)) as n (action, most)
where l.action = n.action;
