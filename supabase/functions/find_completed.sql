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
    short constant integer := 32;
    -- What is of one piece and ends in the message begins no further ahead of it: signs of a reading, characters.
    near constant integer := 64;
    near_characters constant integer := 160;
    -- the logarithm of the odds from which the end of a question may be one
    may_ask constant real := -2.3;
    -- a piece of a number stands apart: not P0442, nor 177,973
    has_figures constant boolean := own_reading <> translate(own_reading, '0123456789o', '')
        and own_reading collate "C" ~ '(?:^|[^0-9~,.:])[0-9o]{1,7}(?:[^0-9~,.:]|~?$)';
    reach integer;
    ahead text;
    kept integer[];
    begins integer[];
    folded text;
    origins integer[];
    seen record;
    earlier_reading text;
    skipped integer;
    tail text;
    close app.finding[] := array[]::app.finding[];
    detail app.finding;
    spelled app.finding[] := array[]::app.finding[];
begin
    -- Most end no more than the five before them say. All are read where these are pieces: figures in both, a sign
    -- of a name or a place, or hardly a word each.
    foreach reach in array array[5, 20] loop
        select e.ahead, e.kept || 0, e.begins || length(e.ahead)
        into ahead, kept, begins
        from app.gather_earlier(earlier, reach) as e;
        if ahead = '' then
            return;
        end if;
        -- that much is seen before these are read
        continue when reach = 5 and cardinality(kept) > reach and (
            (has_figures and ahead <> translate(ahead, '0123456789', ''))
            or (length(body) <= short and length(ahead) - length(replace(ahead, ' ', '')) <= 10)
        );
        select f.folded, f.origins into folded, origins
        from app.fold_text(ahead || body) as f;
        seen := app.read_text(folded, heard.model_version);
        exit when cardinality(kept) <= reach;
        earlier_reading := left(seen.reading, - length(own_reading));
        exit when (not has_figures or earlier_reading = translate(earlier_reading, '0123456789o', '')) and (
            length(body) > short
            or (seen.reading = translate(seen.reading, '@>D{^$ABPGS', '') and strpos(seen.reading, '.T') = 0)
            -- what is further ahead is not looked at but for figures
            or (length(earlier_reading) > near and length(ahead) > near_characters)
        );
    end loop;

    if has_figures then
        findings := app.find_split_phones(seen.reading);
    end if;
    if coalesce(cardinality(findings), 0) = 0 then
        findings := app.find_pieces(seen.reading);
    end if;
    if length(body) <= short then
        skipped := greatest(length(seen.reading) - length(own_reading) - near, 0);
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
        skipped := greatest(length(folded) - length(heard.folded) - near_characters, 0);
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
    if length(body) <= short and heard.log_odds >= may_ask then
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
