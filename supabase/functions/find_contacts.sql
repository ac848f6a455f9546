-- The contact filter: what in a message would let two people reach each other elsewhere.

create function app.find_contacts(body text, earlier text[] default '{}', model_version smallint default null)
    returns app.finding[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    -- Where each letter stands for itself, folding need not be asked; nor a finder, where it would find nothing; nor
    -- the judge of soliciting.
    unusual constant text := '[^\n\r\t -~\x03]|&#|%[2-7][0-9a-fA-F]%|(?:^| )[a-zA-Z] [a-zA-Z0-9@._-] ';
    -- a link, an address of mail
    linking constant text[] := '{%>%,%D%,"%{%",%.T%,%.L%,%.%/%,%@%.%,"%@%,T%",%@G%}'::text[];
    -- a name of an account, a street or a crossing, besides the signs of each
    name_signs constant text[] := '{%a a %,%a E%,%a%\\_%}'::text[];
    place_signs constant text[] := '{% nz %,% gz %}'::text[];
    -- what is refused, or what a car does with an app, up to the end of its clause
    declined constant text :=
        '(?:^|[.,;!?] ?)(?:sorry,? |but )?(?:no|not on|no thanks,?) (?:whats ?app|telegram|signal|facetime|calls?|texts?|texting|phone calls?)(?![a-z])[^.,;!?]*'
        '|no,? i (?:won.?t|will not) (?:move|switch|go|come|chat|talk|text)[^.,;!?]*'
        '|(?:not comfortable|uncomfortable|rather not|prefer not to)(?: with)? (?:sharing|giving|share|give)[^.,;!?]*'
        '|(?:they|he|she) (?:wants?|wanted|asked) (?:me )?to (?:meet|call|text|see|come)[^.;!?]*'
        '|me llam[oa] (?:el|la|del|un|una) [^.;!?]*'
        '|(?:tip|fee|money|payment)[^.;!?]* go(?:es|ing)? to (?:you|u) direct[^.;!?]*'
        '|hold (?:your|ur|the) phone[^.,;!?]*|(?:my|the) card (?:got |was |is )?(?:declined|refused|expired)[^.;!?]*'
        '|ring ?tone|drop (?:me|us) . line (?:in )?here|leave the rest|(?:android auto|carplay)(?: [a-z]+){0,2} (?:whats ?app|telegram|signal|messenger)(?: k[aio])? (?:messages?|notifications?)[^.;!?]*'
        '|and not (?:on|over|by) (?:whats ?app|telegram|signal|the phone|phone)(?![a-z])'
        '|[^.,;!?]*(?:phone icon|(?:in.app|inside the app) (?:video|voice)? ?call)[^.,;!?]*'
        '|(?:whats ?app|telegram|signal|teams|messenger) (?:voice notes?|notifications?|calls?|messages?)[^.,;!?]*(?:cluster|carplay|speaker|head unit|come)[^.,;!?]*';
    -- Logarithms of odds, of app.weigh_wording. From here on a message may tell a detail of no known shape.
    may_tell constant real := -1;
    -- From here down a middling message completes nothing: of those that did, in the corpora, none was below -2.6.
    completes_nothing constant real := -3;
    is_masked constant text := '\[(?:phone|email|link|handle|address) hidden\]';
    -- everyday words complete nothing
    everyday constant text := 'ZznytUKFX ~<;?"';
    -- of a longer message: a group of digits that begins a clause or has a label, a sign of a name, a street
    completing constant text :=
        '(?:^"?|[;<?:] ?)(?:(?:nz|[ZnlytNIRgMCwYiEkmF])[^0-9A-Za-z]){0,3}[0-9o]{1,7}(?:[- ~][0-9o]+)*(?:[;<?"~ ]|$)'
        '|[lN](?: [a-zA-Z]){0,2} [0-9]|[.][0-9]{4}|_[A-Za-z]|x S|D [TLh]|[$]0';
    ahead text;
    reach integer;
    earlier_reading text;
    text text := body;
    folded text;
    origins integer[];
    seen record;
    wording record;
    own_reading text;
    own_folded text;
    kept integer[] := array[0];
    begins integer[] := array[0];
    findings app.finding[];
    own_findings app.finding[];
    tokens app.told_token[];
    spelled app.finding[];
    rest text;
    solicits text;
begin
    if model_version is not null then
        if not exists (select from app.filter_versions as v where v.version = find_contacts.model_version) then
            raise exception 'the contact filter has no version %', model_version using errcode = 'PT404';
        end if;
    end if;

    if body collate "C" ~ unusual then
        select f.folded, f.origins into folded, origins from app.fold_text(body) as f;
    else
        folded := lower(body collate "C");
    end if;
    seen := app.read_text(folded, model_version);
    own_reading := seen.reading;
    own_folded := folded;
    wording := app.weigh_wording(folded, seen.model_version);

    findings := app.find_phones(own_reading, seen.marked, false);
    if wording.reason is not null and cardinality(findings) = 0 then
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
    spelled := app.find_written(folded);
    -- once: what stands beside something hidden looks like more of it
    if wording.log_odds > may_tell and folded !~ is_masked then
        tokens := app.weigh_places(folded, seen.model_version);
        spelled := spelled || app.find_told(folded, tokens, wording.lacking);
    end if;
    if cardinality(findings) > 0 or cardinality(spelled) > 0 then
        findings := app.place_findings(
            findings, spelled, folded, origins, own_reading, seen.marked, length(body), kept, begins, seen.model_version
        );
        findings := app.keep_likely(
            findings, origins, coalesce(tokens, app.weigh_places(folded, seen.model_version)), wording.log_odds
        );
    end if;

    -- What is no detail by itself may complete one: it is short, or a part of it stands apart.
    own_findings := findings;
    if cardinality(earlier) > 0
        and (
            (length(body) <= 32 and translate(own_reading, everyday, '') <> '')
            or (
                length(body) between 33 and 120 and wording.log_odds >= completes_nothing
                and own_reading collate "C" ~ completing
            )
        )
        and (
            left(body, 1) in ('@', '.') or not exists (select from unnest(findings) as f where f.reason <> 'wording')
        )
    then
        -- Most end no more than the five before them say. All are read where these are pieces: figures in both, a sign
        -- of a name or a place, or hardly a word each.
        foreach reach in array array[5, 20] loop
            select e.ahead, e.kept || 0, e.begins || length(e.ahead)
            into ahead, kept, begins
            from app.gather_earlier(earlier, reach) as e;
            exit when ahead = '';
            text := ahead || body;
            if origins is not null or text collate "C" ~ unusual then
                select f.folded, f.origins into folded, origins from app.fold_text(text) as f;
            else
                folded := lower(text collate "C");
            end if;
            seen := app.read_text(folded, model_version);
            exit when cardinality(kept) <= reach;
            earlier_reading := left(seen.reading, - length(own_reading));
            exit when (
                own_reading = translate(own_reading, '0123456789o', '')
                or earlier_reading = translate(earlier_reading, '0123456789o', '')
            ) and (
                length(body) > 32
                or (
                    length(ahead) - length(replace(ahead, ' ', '')) > 10
                    and seen.reading = translate(seen.reading, '@>D{^$ABPGS', '')
                    and strpos(seen.reading, '.T') = 0
                )
            );
        end loop;
    end if;
    if ahead <> '' then
        findings := array[]::app.finding[];
        if own_reading <> translate(own_reading, '0123456789o', '') then
            findings := app.find_split_phones(seen.reading);
        end if;
        if cardinality(findings) = 0 then
            findings := app.find_pieces(seen.reading);
        end if;
        if length(body) <= 32 then
            if seen.reading <> translate(seen.reading, '@>D{', '') or strpos(seen.reading, '.T') > 0 then
                findings := findings || app.find_links(seen.reading);
            end if;
            if seen.reading <> translate(seen.reading, '^{$@ABPG', '') then
                findings := findings || app.find_handles(seen.reading);
            end if;
            if strpos(seen.reading, 'S') > 0 then
                findings := findings || app.find_addresses(seen.reading);
            end if;
            spelled := app.find_written(folded);
        end if;
        if cardinality(findings) > 0 or cardinality(spelled) > 0 then
            findings := app.place_findings(
                findings, spelled, folded, origins, seen.reading, seen.marked, length(text), kept, begins,
                seen.model_version
            );
        end if;
        if cardinality(findings) = 0 then
            findings := own_findings;
        end if;
    end if;

    solicits := app.judge_asking(wording.log_odds, wording.reason, own_reading, findings <> '{}');
    if solicits is not null and own_folded collate "C" ~ declined then
        rest := regexp_replace(own_folded collate "C", declined, ' ', 'g');
        select app.judge_asking(w.log_odds, w.reason, r.reading, findings <> '{}') into solicits
        from app.read_text(rest, model_version) as r
        cross join lateral app.weigh_wording(rest, r.model_version) as w;
    end if;
    -- asked in two messages, and not in the earlier one alone
    if solicits is null and ahead <> '' and length(body) <= 32 then
        solicits := app.judge_solicitation(seen.reading);
        if solicits is not null
            and app.judge_solicitation(left(seen.reading, 1 - length(own_reading))) is not null
        then
            solicits := null;
        end if;
    end if;
    if solicits is not null then
        findings := findings || row(0, 'solicitation', null, null, 0.8, solicits, seen.model_version)::app.finding;
    end if;
    return findings;
end;
$$;
comment on function app.find_contacts is
    'Contact details in a message, none overlapping, and whether it solicits; null or empty if there is nothing. '
    'Places count characters from 1; confidence is 0.5 to 1. earlier: what the sender last wrote in the thread, '
    'oldest first; piece says which of them holds a part of the detail, 0 the body. model_version: of '
    'app.filter_words, null the live one; PT404 if there is no such version.';
