-- The role in a token is the persona of the account, whatever Auth writes.
--
-- Hosted Auth inserts a user, then updates role to its default group, then re-reads the row.

create function app.set_token_role()
    returns trigger
    language plpgsql
    volatile
    security definer  -- Auth's own role holds nothing in app
    set search_path = ''
as $$
begin
    new.role := coalesce((select p.persona from app.people as p where p.id = new.id), 'customer');
    return new;
end;
$$;
comment on function app.set_token_role is
    'Sets auth.users.role, which Auth copies into tokens, from app.people. A sign-up is a customer.';

-- Nothing that Auth or a client writes changes the role of a token.
create trigger the_role_is_the_persona
    before insert or update of role on auth.users
    for each row execute function app.set_token_role();
