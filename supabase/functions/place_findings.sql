-- The way back from a reading to the text that it was read from, and from several messages to each of them.

create function app.place_findings(
    findings app.finding[],
    spelled app.finding[],
    folded text,
    origins integer[],
    reading text,
    marked text,
    text_length integer,
    kept integer[],
    begins integer[],
    model_version smallint
)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    many constant integer := 32;
    -- tokens[1] is what stands before the first word; each other one holds the mark that ends its word
    tokens constant text[] := string_to_array(marked, E'\x01');
    text_places integer[];
    reading_places integer[];
    in_reading constant integer := coalesce(cardinality(findings), 0);
    own_begin constant integer := begins[cardinality(begins)];
    detail app.finding;
    merged app.finding;
    placed app.finding[] := array[]::app.finding[];
    result app.finding[] := array[]::app.finding[];
    n integer := 0;
    word integer;
    completes boolean := false;
    completed boolean := false;
begin
    if in_reading > 0 then
        select
            array_agg(w.text_end - length(w.token) + 1 + case w.place when 1 then 0 else 1 end order by w.place),
            array_agg(w.reading_end - length(w.letters) order by w.place)
        into text_places, reading_places
        from (
            select
                s.*,
                sum(length(s.token) - case s.place when 1 then 0 else 1 end) over (order by s.place) as text_end,
                sum(length(s.letters) + 1) over (order by s.place) as reading_end
            from unnest(tokens, regexp_split_to_array(reading collate "C", '[^0-9A-Za-z]'))
                with ordinality as s (token, letters, place)
            where s.token is not null
        ) as w;
    end if;

    foreach detail in array findings || spelled loop
        n := n + 1;
        if cardinality(placed) = many then
            -- what holds so much is hidden to its end
            detail := placed[many];
            detail.first_character := (select min(p.first_character) from unnest(placed) as p);
            detail.last_character := text_length;
            detail.reason := 'flood';
            placed[many] := detail;
            exit;
        end if;
        if n <= in_reading then
            -- only figures are read one by one
            word := width_bucket(detail.first_character, reading_places);
            detail.first_character := text_places[word]
                + case when tokens[word] collate "C" < ':' then detail.first_character - reading_places[word] else 0 end;
            word := width_bucket(detail.last_character, reading_places);
            detail.last_character := text_places[word]
                + case
                    when tokens[word] collate "C" < ':' then detail.last_character - reading_places[word]
                    else strpos(tokens[word], E'\x02') - 2
                end;
        end if;
        while substr(folded, detail.first_character - 1, 1) in ('(', '+', '@', '$') loop
            detail.first_character := detail.first_character - 1;
        end loop;
        if detail.kind = 'url' and substr(folded, detail.last_character + 1, 1) in ('?', '/', '#', '&', '=', '-', '_', ':') then
            detail.last_character := detail.last_character + coalesce(
                length(substring(substr(folded, detail.last_character + 1) from '^[^\s\x03]*[a-z0-9/_=-]')), 0
            );
        end if;
        if origins is not null then
            detail.last_character := greatest(
                origins[detail.last_character],
                coalesce(origins[detail.last_character + 1] - 1, text_length)
            );
            detail.first_character := origins[detail.first_character];
        end if;
        detail.model_version := place_findings.model_version;
        completes := completes or detail.last_character > own_begin;
        completed := completed or (detail.reason = 'pieces' and detail.last_character > own_begin);
        placed := placed || detail;
    end loop;
    if not completes then
        return result;
    end if;
    if cardinality(placed) = 1 and own_begin = 0 then
        detail := placed[1];
        detail.piece := 0;
        return array[detail];
    end if;

    -- A piece a row, none overlapping, only of details that the body completes.
    for detail in
        select
            m.n, d.kind, greatest(d.first_character - m.begins, 1) as f,
            least(d.last_character, m.ends) - m.begins as l, d.confidence, d.reason, d.model_version
        from unnest(placed) as d
        inner join unnest(kept, begins, begins[2:] || (text_length + 1)) as b (n, begins, next) on true
        cross join lateral (select b.n, b.begins, b.next - 1 as ends) as m
        where d.first_character <= m.ends and d.last_character > m.begins
            and (d.last_character > own_begin or (d.reason = 'pieces' and completed))
            -- where shapes are found, the wording does not make one of two
            and not (
                d.reason = 'wording' and (
                    select count(*) > 1
                    from unnest(placed) as o
                    where o.reason = 'shape' and o.first_character >= d.first_character
                        and o.last_character <= d.last_character
                )
            )
        order by m.n desc, f, l desc
    loop
        if merged.piece = detail.piece and detail.first_character <= merged.last_character + 1 then
            merged.last_character := greatest(merged.last_character, detail.last_character);
            -- a shape says more of what it is
            if merged.reason = 'wording' then
                merged.kind := detail.kind;
                merged.confidence := detail.confidence;
                merged.reason := detail.reason;
            end if;
            continue;
        end if;
        if merged.piece is not null then
            result := result || merged;
        end if;
        merged := detail;
    end loop;
    return result || merged;
end;
$$;
comment on function app.place_findings is
    'The findings in a reading, and those in the folded text itself, by the places of their characters in the '
    'message, or in the earlier ones that hold a part of what the message completes; empty if it completes none.';
