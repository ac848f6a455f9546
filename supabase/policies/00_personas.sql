-- What each persona may reach at all, and who is calling.
--
--   customer, mechanic, workshop, platform_admin   USAGE on api; views and functions are granted by name
--   media_worker                                   nothing of ours but what Storage asks of it
--   backend, worker                                USAGE on backend; functions are granted by name
--   anon, authenticated                            nothing

grant usage on schema api to customer, mechanic, workshop, platform_admin;
grant usage on schema backend to backend, worker;

-- Who is calling

create function app.current_person_id()
    returns uuid
    language plpgsql  -- one in SQL would be planned again in each query: 0.2 ms
    stable
    set search_path = ''
as $$
begin
    return (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid;
end;
$$;
comment on function app.current_person_id is
    'The account in the caller''s token; null without one.';

create function app.token_subject()
    returns uuid
    language sql  -- without a search_path: so it is planned into the predicates that call it, whose is empty
    stable
as $$
    select (
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.json ->> 'sub'
    )::pg_catalog.uuid
$$;
comment on function app.token_subject is
    'What current_person_id says, for predicates, which cost less without a call within the call.';

-- What a caller may still do. Predicates have no arguments: a policy evaluates each once per query.
-- A token gives nothing but one's own record where its role is not the account's persona, whatever signed it.
-- Each looks up one row and judges it by itself, which costs less than a query that judges.
-- Almost nobody was ever restricted: -infinity, which is before any time, spares them a look at the clock, even the
-- preparations for one, which a condition within a condition leaves out.

create function app.may_take_work()
    returns boolean
    language plpgsql
    stable
    security definer  -- standings are hidden from those they judge
    set search_path = ''
as $$
declare
    caller constant uuid := app.token_subject();
    persona text;
    suspended_until timestamptz;
    barred_from timestamptz;
    barred_until timestamptz;
begin
    select s.persona, s.suspended_until, s.barred_from, s.barred_until
    into persona, suspended_until, barred_from, barred_until
    from app.standings as s
    where s.person_id = caller;
    if suspended_until > '-infinity' then
        if suspended_until > app.current_instant() then
            return false;
        end if;
    end if;
    if barred_until > '-infinity' then
        if barred_until > app.current_instant() and barred_from <= app.current_instant() then
            return false;
        end if;
    end if;
    return coalesce(persona = current_setting('role'), false);
end;
$$;
comment on function app.may_take_work is
    'Whether the caller is neither suspended nor barred: may accept, escalate, be offered, quote.';

create function app.may_continue_work()
    returns boolean
    language plpgsql
    stable
    security definer  -- standings are hidden from those they judge
    set search_path = ''
as $$
declare
    caller constant uuid := app.token_subject();
    persona text;
    barred_from timestamptz;
    barred_until timestamptz;
begin
    select s.persona, s.barred_from, s.barred_until
    into persona, barred_from, barred_until
    from app.standings as s
    where s.person_id = caller;
    if barred_until > '-infinity' then
        if barred_until > app.current_instant() and barred_from <= app.current_instant() then
            return false;
        end if;
    end if;
    return coalesce(persona = current_setting('role'), false);
end;
$$;
comment on function app.may_continue_work is
    'Whether the caller is not barred: keeps cases, threads and media of paid work.';

create function app.current_mechanic_id()
    returns uuid
    language plpgsql
    stable
    security definer  -- standings are hidden from those they judge
    set search_path = ''
as $$
declare
    caller constant uuid := app.token_subject();
    persona text;
    barred_from timestamptz;
    barred_until timestamptz;
begin
    select s.persona, s.barred_from, s.barred_until
    into persona, barred_from, barred_until
    from app.standings as s
    where s.person_id = caller;
    if barred_until > '-infinity' then
        if barred_until > app.current_instant() and barred_from <= app.current_instant() then
            return null;
        end if;
    end if;
    return case when persona = current_setting('role') then caller end;
end;
$$;
comment on function app.current_mechanic_id is
    'The calling mechanic, for cases and threads; null while they are barred.';

create function app.member_workshop_ids()
    returns uuid[]
    language plpgsql
    stable
    security definer  -- memberships are read for the caller alone
    set search_path = ''
as $$
declare
    caller constant uuid := app.token_subject();
begin
    return array(
        select workshop_id
        from app.workshop_members
        where person_id = caller
            and removed_at is null
    );
end;
$$;
comment on function app.member_workshop_ids is
    'Workshops that the caller belongs to, whatever their standing: for records and statements.';

create function app.current_workshop_ids()
    returns uuid[]
    language plpgsql
    stable
    security definer  -- memberships are read for the caller alone
    set search_path = ''
as $$
declare
    caller constant uuid := app.token_subject();
begin
    return array(
        select m.workshop_id
        from app.workshop_members as m
        where m.person_id = caller
            and m.removed_at is null
            and m.persona = current_setting('role')
            and (
                m.advisor_barred_until = '-infinity'
                or m.advisor_barred_until <= app.current_instant()
                or m.advisor_barred_from > app.current_instant()
            )
            and (
                m.workshop_barred_until = '-infinity'
                or m.workshop_barred_until <= app.current_instant()
                or m.workshop_barred_from > app.current_instant()
            )
    );
end;
$$;
comment on function app.current_workshop_ids is
    'Workshops that the caller works for now: neither they nor the workshop is barred.';

grant execute on function app.current_person_id to customer, mechanic, workshop, platform_admin;
grant execute on function app.current_instant to customer, mechanic, workshop;
grant execute on function app.may_take_work to mechanic;
grant execute on function app.may_continue_work to platform_admin;
grant execute on function app.current_mechanic_id to mechanic;
grant execute on function app.member_workshop_ids, app.current_workshop_ids to workshop;

-- Reference data, the same for everybody who is signed in

create policy "every persona sees the cities"
    on app.cities for select to customer, mechanic, workshop, platform_admin
    using (true);
create policy "every persona sees the services"
    on app.services for select to customer, mechanic, workshop, platform_admin
    using (true);

grant select (id, name, region, country) on app.cities
    to customer, mechanic, workshop, platform_admin;
grant select (code, name) on app.services to customer, mechanic, workshop, platform_admin;

create view api.cities with (security_invoker = true) as
    select
        id,
        name,
        region,
        country
    from app.cities;
comment on view api.cities is 'Places that a profile may name. The exact position is not shown.';
grant select on api.cities to customer, mechanic, workshop, platform_admin;

create view api.services with (security_invoker = true) as
    select
        code,
        name
    from app.services;
comment on view api.services is 'Kinds of work: categories of sessions, offerings of workshops.';
grant select on api.services to customer, mechanic, workshop, platform_admin;
