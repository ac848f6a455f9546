-- The contact filter: what in a message would let two people reach each other elsewhere.

create function app.find_contacts(body text, earlier text[] default '{}')
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    -- A detail may come in pieces: what the sender last wrote is read on into the body.
    pieces text := coalesce(
        (select string_agg(e.piece || ' ', '' order by e.place)
            from unnest(earlier) with ordinality as e (piece, place)
            where length(e.piece) <= 40),
        ''
    );
    ahead constant integer := length(pieces);
    seen record := app.fold_text(pieces || body);
    detail record;
begin
    for detail in
        select
            f.kind,
            f.confidence,
            f.reason,
            coalesce(seen.origins[f.first_character], f.first_character) - ahead as first_character,
            case
                when seen.origins is null then f.last_character
                -- with what follows its last character unseen
                else greatest(
                    seen.origins[f.last_character],
                    coalesce(seen.origins[f.last_character + 1] - 1, ahead + length(body))
                )
            end - ahead as last_character
        from (
            select p.* from app.find_phones(seen.folded) as p
            union all
            select l.* from app.find_links(seen.folded) as l
            union all
            select h.* from app.find_handles(seen.folded) as h
            union all
            select a.* from app.find_addresses(seen.folded) as a
        ) as f
        where f.confidence >= 0.5
        order by f.first_character, f.last_character desc
    loop
        continue when detail.last_character < 1;
        if detail.first_character <= last_character + 1 then
            last_character := greatest(last_character, detail.last_character);
            continue;
        end if;
        if kind is not null then
            return next;
        end if;
        kind := detail.kind;
        first_character := greatest(detail.first_character, 1);
        last_character := detail.last_character;
        confidence := detail.confidence;
        reason := detail.reason;
    end loop;
    if kind is not null then
        return next;
    end if;
end;
$$;
comment on function app.find_contacts is
    'Contact details in a message, in order, none overlapping. Places count characters from 1; confidence is '
    '0.5 to 1; reason completes "hidden because". earlier: what the sender last wrote in the thread, oldest first.';
