-- Who was shown that a text would be hidden, and sends it altered, does not share by accident.

create function app.attach_previews()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.message_previews as p
    set flag_id = new.id
    from app.settings as s
    where p.person_id = new.person_id
        and p.flag_id is null
        and p.created_at + s.preview_kept_for > app.current_instant()
        -- Never a report's, which is of solicitation: that hides nothing.
        and p.kinds && new.kinds
        and p.body <> coalesce(
            (select r.body from app.raw_messages as r where r.message_id = new.message_id), ''
        );
    if found and new.severity = 'S1' then
        new.severity := 'S2';
    end if;
    return new;
end;
$$;
comment on function app.attach_previews is
    'Keeps the sender''s earlier previews of the same kinds as evidence on a flag of the filter, which '
    'then is of severity S2 or more.';

create trigger earlier_previews_are_evidence
    before insert on app.contact_flags
    for each row execute function app.attach_previews();
