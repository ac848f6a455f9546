-- A sign-up becomes a customer with an empty profile.

create function app.open_account()
    returns trigger
    language plpgsql
    volatile
    security definer  -- Auth's own role holds nothing in app
    set search_path = ''
as $$
begin
    insert into app.people (id, persona) values (new.id, 'customer');
    insert into app.contact_details (person_id, email) values (new.id, new.email);
    insert into app.customers (person_id) values (new.id);
    insert into app.standings (person_id, persona) values (new.id, 'customer');
    return null;
end;
$$;
comment on function app.open_account is
    'Makes the rows of a new account. user_metadata is not read: its writer is the client.';

-- Every account has a persona, contact details and a standing from its first moment.
create trigger a_sign_up_is_a_customer
    after insert on auth.users
    for each row execute function app.open_account();
