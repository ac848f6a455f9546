-- A customer says what mechanics (first name) and workshops (initial and city too) may call them.

create function api.set_customer_profile(first_name text, last_initial text, city_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
begin
    perform app.refuse_contacts(first_name, last_initial);
    update app.customers as c
    set first_name = set_customer_profile.first_name,
        last_initial = upper(set_customer_profile.last_initial),
        city_id = set_customer_profile.city_id
    where c.person_id = app.current_person_id();
    if not found then
        raise exception 'no such customer' using errcode = 'PT404';
    end if;
exception
    when check_violation then
        raise exception 'a first name of letters and one initial are needed'
            using errcode = 'PT422';
    when foreign_key_violation then
        raise exception 'no such city' using errcode = 'PT422';
end;
$$;
comment on function api.set_customer_profile is
    'Sets first name, last initial and city. Letters only, and no number or address in words. PT422 '
    'otherwise.';
grant execute on function api.set_customer_profile to customer;
