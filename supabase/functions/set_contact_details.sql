-- Everyone keeps their own contact details; nobody else learns them.

create function api.set_contact_details(
    full_name text default null,
    phone text default null,
    street text default null,
    postal_code text default null
)
    returns void
    language plpgsql
    volatile
    security definer  -- personas hold no update grant; this is the only way
    set search_path = ''
as $$
begin
    update app.contact_details as d
    set full_name = coalesce(set_contact_details.full_name, d.full_name),
        phone = coalesce(set_contact_details.phone, d.phone),
        street = coalesce(set_contact_details.street, d.street),
        postal_code = coalesce(set_contact_details.postal_code, d.postal_code)
    where d.person_id = app.current_person_id();
    if not found then
        raise exception 'no such account' using errcode = 'PT404';
    end if;
exception
    when check_violation then
        raise exception 'a telephone number in E.164 form, and short lines, are needed'
            using errcode = 'PT422';
end;
$$;
comment on function api.set_contact_details is
    'Changes what is given of the caller''s contact details. The telephone is E.164. PT422 otherwise.';
grant execute on function api.set_contact_details
    to customer, mechanic, workshop, platform_admin;
