-- Turns a fresh account into another persona.

create function app.become_persona(
    person_id uuid,
    persona text,
    workshop_id uuid default null,
    country text default null
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.people as p
    set persona = become_persona.persona
    where p.id = become_persona.person_id
        and p.persona = 'customer';
    if not found then
        raise exception 'the account has a persona already' using errcode = 'PT409';
    end if;

    if persona <> 'customer' then
        delete from app.customers as c where c.person_id = become_persona.person_id;
    end if;
    if persona = 'mechanic' then
        insert into app.mechanics (person_id) values (become_persona.person_id);
    elsif persona = 'workshop' then
        insert into app.workshop_members (
            workshop_id, person_id, advisor_barred_from, advisor_barred_until,
            workshop_barred_from, workshop_barred_until
        )
        select
            w.workshop_id,
            a.person_id,
            a.barred_from,
            a.barred_until,
            w.barred_from,
            w.barred_until
        from app.standings as w
        cross join app.standings as a
        where w.workshop_id = become_persona.workshop_id
            and a.person_id = become_persona.person_id
        for key share;  -- a bar that comes meanwhile is waited for, and read
    end if;

    update app.standings as s
    set jurisdiction = coalesce(
        (select w.jurisdiction from app.standings as w where w.workshop_id = become_persona.workshop_id),
        (select j.code from app.jurisdictions as j where j.code = become_persona.country),
        'other'
    )
    where s.person_id = become_persona.person_id;

    -- The trigger the_role_is_the_persona writes the persona; the value here does not matter.
    update auth.users as u
    set role = become_persona.persona
    where u.id = become_persona.person_id;
end;
$$;
comment on function app.become_persona is
    'Changes the persona and with it the role of the next token, and which law restrictions follow: the '
    'workshop''s, or the country''s. The account has no history yet. PT409 unless it is a customer''s.';
