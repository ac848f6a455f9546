-- An admin invites somebody to be a mechanic, an advisor of a workshop, an admin or the media worker.

create function api.invite_person(
    email text,
    persona text,
    workshop_id uuid default null,
    country text default null
)
    returns text
    language plpgsql
    volatile
    security definer  -- admins hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    token text := encode(extensions.gen_random_bytes(32), 'hex');
    invitation_id uuid;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(invite_person.email, '') !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
        raise exception 'an e-mail address is needed' using errcode = 'PT422';
    end if;
    if coalesce(persona, '') not in ('mechanic', 'workshop', 'platform_admin', 'media_worker') then
        raise exception 'nobody is invited to that persona' using errcode = 'PT422';
    end if;
    if (persona = 'workshop') <> (invite_person.workshop_id is not null) then
        raise exception 'an advisor is invited to a workshop, nobody else is'
            using errcode = 'PT422';
    end if;
    if country !~ '^[A-Z]{2}$' or num_nonnulls(invite_person.workshop_id, country) = 2 then
        raise exception 'a country has two letters; an advisor''s is the workshop''s' using errcode = 'PT422';
    end if;
    if invite_person.workshop_id is not null
        and not exists (select from app.workshops as w where w.id = invite_person.workshop_id)
    then
        raise exception 'no such workshop' using errcode = 'PT404';
    end if;

    insert into app.invitations (token_hash, email, persona, workshop_id, country, invited_by, expires_at)
    select
        extensions.digest(token, 'sha256'),
        lower(invite_person.email),
        invite_person.persona,
        invite_person.workshop_id,
        invite_person.country,
        app.current_person_id(),
        app.current_instant() + s.invitation_valid_for
    from app.settings as s
    returning id into invitation_id;

    perform app.log_action(
        'invite_person', 'invitation', invitation_id, null,
        jsonb_build_object('persona', persona)
    );
    return token;
end;
$$;
comment on function api.invite_person is
    'Invites an e-mail address to a persona; returns the one-time token, which is not kept. An advisor '
    'is invited to a workshop; restrictions follow its jurisdiction, a mechanic''s that of the country. '
    'PT422 for bad input, PT404 for no such workshop.';
grant execute on function api.invite_person to platform_admin;
