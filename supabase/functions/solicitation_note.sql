-- What a sender is told of soliciting: the message goes out as it is, and is flagged.

create function app.solicitation_note(reason text)
    returns jsonb
    language sql
    immutable
    set search_path = ''
as $$
    select case
        when solicitation_note.reason is null then '[]'
        else jsonb_build_array(jsonb_build_object(
            'kind', 'solicitation',
            'code', solicitation_note.reason,
            'reason', 'Nothing was hidden, but this asks for contact or payment outside the platform, '
                'and our staff may read it.'
        ))
    end;
$$;
comment on function app.solicitation_note is
    'A note for the sender, in the form of app.mask_contacts'' hidden; none for a message that solicits nothing.';
