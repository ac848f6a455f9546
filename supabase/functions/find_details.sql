-- Reading a message: what shapes, words and places find in it, and in it and the messages before it.

create function app.find_details(body text, heard app.heard_message, earlier text[])
    returns app.finding[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    -- What would be a constant stands where it is needed, as in app.hear_message; log_odds as said there.
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
    -- Where a finder would find nothing, it need not be asked.
    findings := app.find_phones(own_reading, seen.marked, false);
    -- the wording tells a number even where that has the label of something else
    if heard.log_odds >= real '1.6' and cardinality(findings) = 0 then
        findings := app.find_phones(own_reading, seen.marked, true);
    end if;
    if own_reading collate "C" like any ('{%>%,%D%,"%{%",%.T%,%.L%,%._/%,%.__/%,%.___/%,%.____/%,%@%.%,"%@%,T%",%@G%}'::text[]) then
        findings := findings || app.find_links(own_reading);
    end if;
    if own_reading collate "C" like any ('{%^%,"%{%",%$%,%@%,%A%,%B%,%P%,%G%,"%a a %","%a E%","%a%\\_%"}'::text[]) then
        findings := findings || app.find_handles(own_reading);
    end if;
    if own_reading collate "C" like any ('{%S%,%&%,"% nz %","% gz %"}'::text[]) then
        findings := findings || app.find_addresses(own_reading);
    end if;
    spelled := app.find_written(heard.folded);
    -- A message may tell a detail of no known shape; once: what stands beside something hidden looks like more of it.
    if heard.log_odds > real '-1' and heard.folded !~ '\[(?:phone|email|link|handle|address) hidden\]' then
        tokens := app.weigh_places(heard.folded, heard.model_version);
        spelled := spelled || app.find_told(heard.folded, tokens, heard.log_odds);
    end if;
    if findings <> '{}' or spelled <> '{}' then
        findings := app.place_findings(
            findings, spelled, heard.folded, heard.origins, own_reading, seen.marked, length(body), array[0], array[0],
            heard.model_version
        );
        findings := app.keep_likely(
            findings, heard.folded, heard.origins, tokens, heard.log_odds, heard.model_version
        );
    end if;

    -- What is no detail by itself may complete one. From these odds down a short message of known words completes nothing
    -- if nothing stands apart in it, and a middling one in no case: with lower ones no thread of the corpora is caught
    -- earlier, nor one more.
    if cardinality(earlier) > 0
        and (case
            when length(body) <= 32 then
                -- everyday words complete nothing
                ((heard.log_odds >= real '-2.2' or heard.is_unknown) and translate(own_reading, 'ZznytUKFX ~<;?"', '') <> '')
                or own_reading collate "C" ~ completing
            else length(body) <= 120 and heard.log_odds >= real '-2.7' and own_reading collate "C" ~ completing
        end)
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
