-- What a sender had previewed, and sends altered, becomes evidence.

create function app.attach_previews(flag_id uuid, person_id uuid, body text, details text[])
    returns boolean
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.message_previews as p
    set flag_id = attach_previews.flag_id
    from app.settings as s
    where p.person_id = attach_previews.person_id
        and p.flag_id is null
        and p.created_at + s.preview_kept_for > app.current_instant()
        and p.body <> attach_previews.body
        and exists (
            select
            from unnest(p.details) as tried (detail)
            cross join unnest(attach_previews.details) as found (detail)
            cross join lateral app.plain_detail(found.detail) as sent (detail)
            -- Less than four characters are in any number.
            where least(length(tried.detail), length(sent.detail)) >= 4
                and (strpos(tried.detail, sent.detail) > 0 or strpos(sent.detail, tried.detail) > 0)
        );
    return found;
end;
$$;
comment on function app.attach_previews is
    'Keeps as evidence on a flag, which the caller is about to raise, what the sender previewed within the time '
    'of app.settings: another text that held one of the details, or a part or more of it, or solicited for the '
    'same reason. Returns whether there was any.';
