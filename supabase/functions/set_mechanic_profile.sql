-- A mechanic chooses the name that customers see.

create function api.set_mechanic_profile(display_name text)
    returns void
    language plpgsql
    volatile
    security definer  -- mechanics hold no update grant; this is the only way
    set search_path = ''
as $$
begin
    perform app.refuse_contacts(display_name);
    update app.mechanics as m
    set display_name = set_mechanic_profile.display_name
    where m.person_id = app.current_person_id();
    if not found then
        raise exception 'no such mechanic' using errcode = 'PT404';
    end if;
exception
    when check_violation then
        raise exception 'a name of letters is needed' using errcode = 'PT422';
end;
$$;
comment on function api.set_mechanic_profile is
    'Sets the display name. Letters only, and no number or address in words. PT422 otherwise.';
grant execute on function api.set_mechanic_profile to mechanic;
