create function app.copy_account()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = ''
as $$
begin
    insert into app.people (id, name) values (new.id, coalesce(new.email, 'nobody'));
    return null;
end;
$$;
create trigger copy_account
    after insert on auth.users
    for each row execute function app.copy_account();
