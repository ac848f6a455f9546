-- Tells a person something outside a thread: a notice they can read, announced on their own topic.

create function app.tell(person_id uuid, kind text, about_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    notice app.notices;
begin
    insert into app.notices (person_id, kind, about_id)
    values (tell.person_id, tell.kind, tell.about_id)
    returning * into notice;

    perform realtime.send(
        jsonb_build_object(
            'id', notice.id,
            'kind', notice.kind,
            'about_id', notice.about_id,
            'created_at', notice.created_at
        ),
        'notice',
        'person:' || tell.person_id::text,
        true
    );
end;
$$;
comment on function app.tell is 'Stores a notice and broadcasts the row that api.notices shows.';
