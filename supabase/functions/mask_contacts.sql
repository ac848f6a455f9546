-- A message as the other party may read it, and what its sender is told.

create function app.mask_contacts(
    body text,
    earlier text[] default '{}',
    inout model_version smallint default null,
    heard app.heard_message default null,
    out delivered text,
    out hidden jsonb,
    out solicits text,
    out earlier_delivered text[],
    out details text[]
)
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    findings constant app.finding[] := case
        when heard is null then app.find_contacts(body, earlier, model_version)
        else app.find_details(body, heard, earlier)
    end;
    detail app.finding;
    name text;
begin
    delivered := body;
    hidden := '[]';
    if coalesce(cardinality(findings), 0) = 0 then
        return;
    end if;
    model_version := findings[1].model_version;
    -- from the last to the first: what is before a detail keeps its place
    for detail in
        select f.*
        from unnest(findings) as f
        order by f.piece, f.first_character desc nulls last
    loop
        name := case detail.kind when 'url' then 'link' else detail.kind end;
        details := details || (
            detail.kind || ':' || case
                when detail.kind = 'solicitation' then detail.reason
                else substr(
                    case when detail.piece > 0 then earlier[detail.piece] else body end,
                    detail.first_character, detail.last_character - detail.first_character + 1
                )
            end
        );
        if detail.kind = 'solicitation' then
            solicits := detail.reason;
        elsif detail.piece > 0 then
            earlier_delivered := coalesce(earlier_delivered, earlier);
            earlier_delivered[detail.piece] := overlay(
                earlier_delivered[detail.piece] placing format('[%s hidden]', name)
                from detail.first_character for detail.last_character - detail.first_character + 1
            );
        else
            delivered := overlay(
                delivered placing format('[%s hidden]', name)
                from detail.first_character for detail.last_character - detail.first_character + 1
            );
            hidden := jsonb_build_object(
                'kind', detail.kind,
                'code', detail.reason,
                'reason', app.explain_finding(detail.kind, detail.reason)
            ) || hidden;
        end if;
    end loop;
end;
$$;
comment on function app.mask_contacts is
    'The body with each contact detail replaced by its kind ("[phone hidden]"), an array of {kind, code, reason}, '
    'empty when nothing was hidden, and why it solicits, if it does. earlier, model_version: as in find_contacts; '
    'heard: what app.hear_message says of the body, where it has been asked; '
    'earlier_delivered: the same with the pieces that the body completes hidden, null if there are none; details: '
    'each as kind:text, of soliciting its reason, null if there are none.';
