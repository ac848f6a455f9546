-- Auth's login, which the owner of a database cannot become: a superuser makes this one.

create function tests.act_in_auth(statement text)
    returns void
    language plpgsql
    volatile
    security definer  -- Auth's login holds nothing in app, and the triggers are to work all the same
    set search_path = ''
as $$
begin
    execute statement;
end;
$$;
comment on function tests.act_in_auth is
    'What Auth does to its tables, with the login that it has in the local stack. As the owner only.';
alter function tests.act_in_auth owner to supabase_lite;
revoke all on function tests.act_in_auth from public;
grant execute on function tests.act_in_auth to postgres;
