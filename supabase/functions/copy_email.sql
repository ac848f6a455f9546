-- Auth owns the e-mail address; contact details follow it.

create function app.copy_email()
    returns trigger
    language plpgsql
    volatile
    security definer  -- Auth's own role holds nothing in app
    set search_path = ''
as $$
begin
    update app.contact_details
    set email = new.email
    where person_id = new.id;
    return null;
end;
$$;
comment on function app.copy_email is 'Copies a changed e-mail address to app.contact_details.';

-- App.contact_details.email is what Auth last confirmed or accepted.
create trigger contact_details_follow_the_email
    after update of email on auth.users
    for each row execute function app.copy_email();
