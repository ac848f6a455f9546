-- Seed accounts, once they have signed up, become who they are. Doing it again changes nothing.

create function pg_temp.account(name text)
    returns uuid
    language sql
as $$
    select p.id
    from app.people as p
    inner join auth.users as u on p.id = u.id
    where u.email = account.name || '@theautodoctor.test';
$$;

do $$
declare
    springfield uuid := (
        select id from app.cities where name = 'Springfield' and region = 'Illinois'
    );
    newcomer record;
begin
    for newcomer in
        select pg_temp.account(n.name) as id, n.*
        from (
            values
                ('max', 'mechanic', null),
                ('zoe', 'mechanic', null),
                ('walt', 'workshop', '5eed0000-0000-4000-8000-000000000001'),
                ('wanda', 'workshop', '5eed0000-0000-4000-8000-000000000002'),
                ('wes', 'workshop', '5eed0000-0000-4000-8000-000000000003'),
                ('mia', 'media_worker', null)
        ) as n (name, persona, workshop_id)
        inner join app.people as p on pg_temp.account(n.name) = p.id and p.persona = 'customer'
    loop
        perform app.become_persona(
            newcomer.id, newcomer.persona, newcomer.workshop_id::uuid, 'US'
        );
    end loop;
    if not exists (select from app.people where persona = 'platform_admin') then
        perform app.appoint_first_admin('ada@theautodoctor.test');
    end if;

    insert into app.consents (person_id, version)
    select p.id, n.version
    from app.people as p
    cross join app.monitoring_notices as n
    where p.persona in ('customer', 'mechanic', 'workshop')
    on conflict do nothing;

    update app.mechanics as m
    set display_name = initcap(n.name)
    from unnest(array['max', 'zoe']) as n (name)
    where m.person_id = pg_temp.account(n.name)
        and m.display_name is null;

    update app.customers as c
    set first_name = initcap(n.name),
        last_initial = n.initial,
        city_id = springfield
    from (values ('ana', 'A'), ('ben', 'B')) as n (name, initial)
    where c.person_id = pg_temp.account(n.name)
        and c.first_name is null;
    update app.contact_details as d
    set full_name = n.full_name,
        phone = n.phone,
        street = n.street,
        postal_code = '62701'
    from (
        values
            ('ana', 'Ana Alvarez', '+12175550101', '1 Maple Street'),
            ('ben', 'Ben Brandt', '+12175550102', '2 Maple Street')
    ) as n (name, full_name, phone, street)
    where d.person_id = pg_temp.account(n.name)
        and d.full_name is null;
end;
$$;
