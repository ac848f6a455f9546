-- The owner of the database makes the first admin; every later one is invited.

create function app.appoint_first_admin(email text)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    account uuid;
begin
    if exists (select from app.people where persona = 'platform_admin') then
        raise exception 'there is an admin already; invite the next one' using errcode = 'PT409';
    end if;
    select id into account
    from auth.users as u
    where lower(u.email) = lower(appoint_first_admin.email)
        and u.email_confirmed_at is not null;
    if account is null then
        raise exception 'no account with that confirmed e-mail address' using errcode = 'PT404';
    end if;
    perform app.become_persona(account, 'platform_admin');
    perform app.log_action('appoint_first_admin', 'person', account, 'first admin');
    return account;
end;
$$;
comment on function app.appoint_first_admin is
    'Makes a signed-up account the first admin; returns its id. Only the database owner may run it.';
