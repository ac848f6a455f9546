-- Reading a message: what shapes, words and places find in it, and in it and the messages before it.

create function app.find_details(body text, heard app.heard_message, earlier text[])
    returns app.finding[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    -- Where a finder would find nothing, it need not be asked.
    -- a link, an address of mail
    linking constant text[] := '{%>%,%D%,"%{%",%.T%,%.L%,%.%/%,%@%.%,"%@%,T%",%@G%}'::text[];
    -- a name of an account, a street or a crossing, besides the signs of each
    name_signs constant text[] := '{%a a %,%a E%,%a%\\_%}'::text[];
    place_signs constant text[] := '{% nz %,% gz %}'::text[];
    -- Logarithms of odds, of app.hear_message. From here on a message may tell a detail of no known shape.
    may_tell constant real := -1;
    -- From here on it tells a number even where that has the label of something else.
    tells_a_number constant real := 1.6;
    -- characters: what a short message completes may be anything, what a middling one does stands apart in it
    short constant integer := 32;
    middling constant integer := 120;
    -- From here down a short message of known words completes nothing if nothing stands apart in it, and a middling one
    -- in no case: with lower ones no thread of the corpora is caught earlier, nor one more.
    short_completes_nothing constant real := -2.2;
    completes_nothing constant real := -2.7;
    is_masked constant text := '\[(?:phone|email|link|handle|address) hidden\]';
    -- everyday words complete nothing
    everyday constant text := 'ZznytUKFX ~<;?"';
    -- what stands apart: a group of digits that begins a clause or has a label, a sign of a name, a street
    completing constant text :=
        '(?:^["-]?|[;<?:] ?)(?:(?:nz|[ZnlytNIRgMCwYiEkmF])[^0-9A-Za-z]){0,3}[0-9o]{1,7}(?:[- ~][0-9o]+)*(?:[;<?"~ ]|$)'
        '|[lN](?: [a-zA-Z]){0,2} [0-9]|[.][0-9]{4}|_[A-Za-z]|x S|D [TLh]|[$]0';
    seen constant record := app.read_text(heard.folded, heard.model_version);
    own_reading constant text := seen.reading;
    findings app.finding[];
    tokens app.told_token[];
    spelled app.finding[];
    completed record;
    asked_in_two text;
    rest text;
    solicits text;
begin
    findings := app.find_phones(own_reading, seen.marked, false);
    if heard.log_odds >= tells_a_number and cardinality(findings) = 0 then
        findings := app.find_phones(own_reading, seen.marked, true);
    end if;
    if own_reading collate "C" like any (linking) then
        findings := findings || app.find_links(own_reading);
    end if;
    if own_reading <> translate(own_reading, '^{$@ABPG', '') or own_reading collate "C" like any (name_signs) then
        findings := findings || app.find_handles(own_reading);
    end if;
    if own_reading <> translate(own_reading, 'S&', '') or own_reading collate "C" like any (place_signs) then
        findings := findings || app.find_addresses(own_reading);
    end if;
    spelled := app.find_written(heard.folded);
    -- once: what stands beside something hidden looks like more of it
    if heard.log_odds > may_tell and heard.folded !~ is_masked then
        tokens := app.weigh_places(heard.folded, heard.model_version);
        spelled := spelled || app.find_told(heard.folded, tokens, heard.log_odds);
    end if;
    if cardinality(findings) > 0 or cardinality(spelled) > 0 then
        findings := app.place_findings(
            findings, spelled, heard.folded, heard.origins, own_reading, seen.marked, length(body), array[0], array[0],
            heard.model_version
        );
        findings := app.keep_likely(
            findings, heard.origins, coalesce(tokens, app.weigh_places(heard.folded, heard.model_version)), heard.log_odds
        );
    end if;

    -- What is no detail by itself may complete one: it is short, or a part of it stands apart.
    if cardinality(earlier) > 0 and length(body) <= middling
        and (
            (
                length(body) <= short and (heard.log_odds >= short_completes_nothing or heard.is_unknown)
                and translate(own_reading, everyday, '') <> ''
            )
            or ((length(body) <= short or heard.log_odds >= completes_nothing) and own_reading collate "C" ~ completing)
        )
        and (
            left(body, 1) in ('@', '.') or not exists (select from unnest(findings) as f where f.reason <> 'wording')
        )
    then
        completed := app.find_completed(body, heard, own_reading, earlier);
        asked_in_two := completed.solicits;
        if cardinality(completed.findings) > 0 then
            findings := completed.findings;
        end if;
    end if;

    solicits := app.judge_asking(heard.log_odds, heard.reason, own_reading, findings <> '{}');
    if solicits is not null then
        rest := app.leave_out_declined(heard.folded);
        if rest <> heard.folded then
            select app.judge_asking(h.log_odds, h.reason, r.reading, findings <> '{}') into solicits
            from app.hear_message(rest, heard.model_version) as h
            cross join lateral app.read_text(rest, heard.model_version) as r;
        end if;
    end if;
    solicits := coalesce(solicits, asked_in_two);
    if solicits is not null then
        findings := findings || row(0, 'solicitation', null, null, 0.8, solicits, heard.model_version)::app.finding;
    end if;
    return findings;
end;
$$;
comment on function app.find_details is
    'As app.find_contacts, of a message that app.hear_message has heard.';
