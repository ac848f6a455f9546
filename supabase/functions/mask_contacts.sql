-- A message as the other party may read it, and what its sender is told.

create function app.mask_contacts(
    body text,
    earlier text[] default '{}',
    out delivered text,
    out hidden jsonb,
    out solicits text,
    out earlier_delivered text[]
)
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    notes jsonb[] := array[]::jsonb[];
    detail record;
begin
    for detail in
        select c.*, case c.kind when 'url' then 'link' else c.kind end as name
        from app.find_contacts(body, earlier) as c
        order by c.piece, c.first_character desc nulls last
    loop
        if detail.kind = 'solicitation' then
            solicits := detail.reason;
            continue;
        end if;
        if detail.piece > 0 then
            earlier_delivered := coalesce(earlier_delivered, earlier);
            -- from the last to the first: what is before a detail keeps its place
            earlier_delivered[detail.piece] := overlay(
                earlier_delivered[detail.piece] placing format('[%s hidden]', detail.name)
                from detail.first_character for detail.last_character - detail.first_character + 1
            );
            continue;
        end if;
        delivered := overlay(
            coalesce(delivered, body) placing format('[%s hidden]', detail.name)
            from detail.first_character for detail.last_character - detail.first_character + 1
        );
        notes := array_prepend(
            jsonb_build_object(
                'kind', detail.kind,
                'code', detail.reason,
                'reason', app.explain_finding(detail.kind, detail.reason)
            ),
            notes
        );
    end loop;
    delivered := coalesce(delivered, body);
    hidden := to_jsonb(notes);
end;
$$;
comment on function app.mask_contacts is
    'The body with each contact detail replaced by its kind ("[phone hidden]"), an array of {kind, code, reason}, '
    'empty when nothing was hidden, and why it solicits, if it does. earlier: as in find_contacts; '
    'earlier_delivered: the same with the pieces that the body completes hidden, null if there are none.';
