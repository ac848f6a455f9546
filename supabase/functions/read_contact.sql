-- An admin reads somebody's contact details, and says why.

create function api.read_contact(person_id uuid, reason text)
    returns table (email text, full_name text, phone text, street text, postal_code text)
    language plpgsql
    volatile
    security definer  -- the one read of another's contact data, and it is logged
    set search_path = ''
as $$
begin
    perform app.lock_standing('may_take_work');
    if length(coalesce(reason, '')) < 10 then
        raise exception 'a reason of ten characters or more is needed' using errcode = 'PT422';
    end if;
    if not exists (select from app.people as p where p.id = read_contact.person_id) then
        raise exception 'no such person' using errcode = 'PT404';
    end if;
    perform app.log_action('read_contact', 'person', read_contact.person_id, reason);
    return query
        select d.email, d.full_name, d.phone, d.street, d.postal_code
        from app.contact_details as d
        where d.person_id = read_contact.person_id;
end;
$$;
comment on function api.read_contact is
    'One person''s contact details, for an admin with a reason; the audit log says who read them.';
grant execute on function api.read_contact to platform_admin;
