-- A message as the other party may read it, and what its sender is told.

create function app.mask_contacts(
    body text,
    earlier text[] default '{}',
    out delivered text,
    out hidden jsonb
)
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    passed integer := 0;
    pieces text[] := array[]::text[];
    notes jsonb[] := array[]::jsonb[];
    detail record;
begin
    for detail in select c.* from app.find_contacts(body, earlier) as c loop
        pieces := array_append(
            pieces,
            substr(body, passed + 1, detail.first_character - passed - 1)
                || format(
                    '[%s hidden]', case detail.kind when 'url' then 'link' else detail.kind end
                )
        );
        passed := detail.last_character;
        notes := array_append(
            notes,
            jsonb_build_object(
                'kind', detail.kind,
                'reason', format(
                    '%s was hidden because %s.',
                    case detail.kind
                        when 'phone' then 'A phone number'
                        when 'email' then 'An e-mail address'
                        when 'url' then 'A link'
                        when 'handle' then 'An account name'
                        when 'address' then 'A street address'
                    end,
                    detail.reason
                )
            )
        );
    end loop;
    delivered := array_to_string(pieces, '') || substr(body, passed + 1);
    hidden := to_jsonb(notes);
end;
$$;
comment on function app.mask_contacts is
    'The body with each contact detail replaced by its kind ("[phone hidden]"), and an array of {kind, reason}, '
    'empty when nothing was hidden. earlier: as in find_contacts.';
