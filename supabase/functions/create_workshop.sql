-- An admin takes a workshop on.

create function api.create_workshop(
    name text,
    city_id uuid,
    services text[],
    open_bays integer default 2,
    radius_m integer default 60000
)
    returns uuid
    language plpgsql
    volatile
    security definer  -- admins hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    created uuid;
begin
    perform app.lock_standing('may_take_work');
    perform app.refuse_contacts(name);
    insert into app.workshops (name, city_id, open_bays, radius_m)
    values (
        create_workshop.name, create_workshop.city_id, create_workshop.open_bays,
        create_workshop.radius_m
    )
    returning id into created;
    insert into app.standings (workshop_id, jurisdiction)
    select created, coalesce(j.code, 'other')
    from app.cities as c
    left join app.jurisdictions as j on c.country = j.code
    where c.id = create_workshop.city_id;
    insert into app.workshop_services (workshop_id, service)
    select created, s.service
    from unnest(services) as s (service);
    perform app.log_action('create_workshop', 'workshop', created, null);
    return created;
exception
    when check_violation or not_null_violation or foreign_key_violation or unique_violation then
        raise exception 'a plain name, a listed city and listed services, each once, are needed'
            using errcode = 'PT422';
end;
$$;
comment on function api.create_workshop is
    'Adds a workshop with its services; returns its id. Its advisors are invited. PT422 for bad input.';
grant execute on function api.create_workshop to platform_admin;
