-- A text that was only tried out is not kept.

create function app.forget_previews()
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    delete from app.message_previews as p
    using app.settings as s
    where p.flag_id is null
        and p.created_at + s.preview_kept_for <= app.current_instant();
$$;
comment on function app.forget_previews is
    'Deletes the previews that are older than app.settings allows and became no flag''s evidence.';
