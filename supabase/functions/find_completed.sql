-- What a message completes of those before it: a detail in pieces, or a question in two.

create function app.find_completed(
    body text, heard app.heard_message, own_reading text, earlier text[], out findings app.finding[], out solicits text
)
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    is_short constant boolean := length(body) <= 32;
    -- as it stands behind another message, if not glued to it
    own constant text := substr(own_reading, 2);
    -- a piece of a number stands apart: not P0442, nor 177,973
    has_figures boolean := own_reading <> translate(own_reading, '0123456789o', '')
        and own_reading collate "C" ~ '(?:^|[^0-9~,.:])[0-9o]{1,7}(?:[^0-9~,.:]|~?$)';
    reach integer;
    ahead text;
    kept integer[];
    begins integer[];
    folded text;
    origins integer[];
    seen record;
    skipped integer;
    tail text;
    close app.finding[] := array[]::app.finding[];
    detail app.finding;
    spelled app.finding[] := array[]::app.finding[];
begin
    -- A figure that does not stand apart completes no number, and what is no piece of anything else completes nothing,
    -- whatever was said before: unless it is short, and may be anything.
    if left(body, 1) not in ('@', '.') then
        if has_figures then
            has_figures := (app.find_split_phones(own)).is_piece;
        end if;
        if has_figures is not true and (not is_short or (heard.log_odds < real '-2.2' and heard.is_unknown is null))
            and (app.find_pieces(own)).is_piece is null
        then
            return;
        end if;
    end if;
    -- Most end no more than the five before them say. All are read where these are pieces: figures, a sign of a name
    -- or a place, or hardly a word each.
    foreach reach in array case when has_figures then array[20] else array[5, 20] end loop
        select e.ahead, e.kept || 0, e.begins || length(e.ahead)
        into ahead, kept, begins
        from app.gather_earlier(earlier, reach) as e;
        if ahead = '' then
            return;
        end if;
        -- that much is seen before these are read
        continue when reach = 5 and cardinality(kept) > reach and is_short
            and length(ahead) - length(replace(ahead, ' ', '')) <= 10;
        select f.folded, f.origins into folded, origins
        from app.fold_text(ahead || body) as f;
        seen := app.read_text(folded, heard.model_version);
        exit when cardinality(kept) <= reach;
        exit when not is_short
            or (seen.reading = translate(seen.reading, '@>D{^$ABPGS', '') and strpos(seen.reading, '.T') = 0)
            -- what is further ahead is not looked at but for figures
            or (length(seen.reading) - length(own_reading) > 64 and length(ahead) > 160);
    end loop;

    if has_figures then
        findings := (app.find_split_phones(seen.reading)).findings;
    end if;
    if coalesce(cardinality(findings), 0) = 0 then
        findings := (app.find_pieces(seen.reading)).findings;
    end if;
    -- What is of one piece and ends in the message begins no further ahead of it than 64 signs of a reading, or 160
    -- characters.
    if is_short then
        skipped := greatest(length(seen.reading) - length(own_reading) - 64, 0);
        tail := substr(seen.reading, skipped + 1);
        if tail <> translate(tail, '@>D{', '') or strpos(tail, '.T') > 0 then
            close := app.find_links(tail);
        end if;
        if tail <> translate(tail, '^{$@ABPG', '') then
            close := close || app.find_handles(tail);
        end if;
        if strpos(tail, 'S') > 0 then
            close := close || app.find_addresses(tail);
        end if;
        foreach detail in array close loop
            detail.first_character := detail.first_character + skipped;
            detail.last_character := detail.last_character + skipped;
            findings := findings || detail;
        end loop;
        skipped := greatest(length(folded) - length(heard.folded) - 160, 0);
        foreach detail in array app.find_written(substr(folded, skipped + 1)) loop
            detail.first_character := detail.first_character + skipped;
            detail.last_character := detail.last_character + skipped;
            spelled := spelled || detail;
        end loop;
    end if;
    if cardinality(findings) > 0 or cardinality(spelled) > 0 then
        findings := app.place_findings(
            findings, spelled, folded, origins, seen.reading, seen.marked, length(ahead || body), kept, begins,
            heard.model_version
        );
    end if;
    -- asked in two messages, and not in the earlier one alone
    if is_short and heard.log_odds >= real '-2.3' then
        solicits := app.judge_solicitation(seen.reading);
        if solicits is not null
            and app.judge_solicitation(left(seen.reading, 1 - length(own_reading))) is not null
        then
            solicits := null;
        end if;
    end if;
end;
$$;
comment on function app.find_completed is
    'The findings that a message, with own_reading, completes of those before it, oldest first, and why it solicits '
    'together with them; null or empty if it completes nothing.';
