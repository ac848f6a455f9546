-- The contact filter: what in a message would let two people reach each other elsewhere.

create function app.find_contacts(
    body text,
    earlier text[] default '{}',
    out kind text,
    out first_character integer,
    out last_character integer,
    out confidence real,
    out reason text
)
    returns setof record
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    seen record := app.fold_text(body);
    detail record;
begin
    for detail in
        select
            f.kind,
            f.confidence,
            f.reason,
            coalesce(seen.origins[f.first_character], f.first_character) as first_character,
            case
                when seen.origins is null then f.last_character
                -- with what follows its last character unseen
                else greatest(
                    seen.origins[f.last_character],
                    coalesce(seen.origins[f.last_character + 1] - 1, length(body))
                )
            end as last_character
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
        if detail.first_character <= last_character + 1 then
            last_character := greatest(last_character, detail.last_character);
            continue;
        end if;
        if kind is not null then
            return next;
        end if;
        kind := detail.kind;
        first_character := detail.first_character;
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
    'Contact details in a message, in order, none overlapping: places count characters from 1; confidence from 0.5 to 1; reason completes "hidden because …". earlier: the sender''s recent messages in the thread, oldest first.';
