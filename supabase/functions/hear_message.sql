-- How a message sounds, before it is read: what its words weigh, and each two in a row. Most are harmless in all of
-- them, and need no reading.

create function app.hear_message(body text, model_version smallint)
    returns app.heard_message
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes longer than weighing
as $$
declare
    -- Every message is heard, and each operator and function that an expression names costs a transaction that evaluates it
    -- most of a microsecond besides: what would be a constant stands where it is needed, what can begin with null does, and
    -- what few messages come to is asked by itself.
    signs constant text := '[@_/$+]|[.-][a-z.-]|www|dot[con]|[0-9] [a-z]+ (?:st|ave|r[od]|l[an]|dr|b[ol])|8[0-8]{2}[-. )]+[a-z]';
    folded text;
    origins integer[];
    said text;
    words text[];
    word text;
    last_word text := '<';
    word_before text;
    reason text;
    is_loaded boolean;
    -- of the word; of the last and the one before, as they are in a gram
    hash bigint;
    last_hash bigint := hashtextextended('<', 0) << 1;
    hash_before bigint;
    gram bigint;
    entry bigint;
    -- hundredths: what the weights are
    always integer;
    weight bigint;
    whole bigint := 0;
    part bigint;
    heaviest bigint := 0;
    odds bigint;
    unknown integer := 0;
    is_unknown boolean;
    is_harmless boolean;
begin
    -- words, figures as zeroes, question marks; of a script without spaces each character
    if body collate "C" !~ '[^\n\r\t -~\x03]'
        and body not like all (array['%&#%', '%\%__\%%', '_ _ %', '% _ _ %', E'%\x03_ _ %'])
    then
        -- of most messages each letter stands for itself: app.fold_text says the same, and takes longer
        folded := lower(body collate "C");
        said := regexp_replace(replace(folded, '''', '') collate "C", '[^a-z0-9? ]+', ' ', 'g');
    else
        select f.folded, f.origins into folded, origins
        from app.fold_text(body) as f;
        said := replace(folded, '''', '');
        if octet_length(said) = length(said) then
            said := regexp_replace(said collate "C", '[^a-z0-9? ]+', ' ', 'g');
        else
            said := regexp_replace(said collate "C", '[^a-z0-9?\u0370-\u1fff\u3040-\ud7ff]+', ' ', 'g');
            said := regexp_replace(said collate "C", '([\u3040-\ud7ff])', ' \1 ', 'g');
        end if;
    end if;
    if said like any ('{%1%,%2%,%3%,%4%,%5%,%6%,%7%,%8%,%9%}'::text[]) then
        said := translate(said, '123456789', '000000000');
    end if;
    words := array_remove(string_to_array(replace(said, '?', ' ? ') || ' >', ' '), '');

    if model_version is null then
        select s.filter_version into model_version
        from app.settings as s;
    end if;
    if model_version = (app.loaded_wording()).version
        and (app.loaded_wording()).proof = hashtextextended('the weights of a version', 0)
    then
        is_loaded := true;
        always := (app.loaded_wording()).always;
    else
        select coalesce(sum(round(w.weight * 100)), 0) into always
        from app.filter_weights as w
        where w.gram = '' and w.version = hear_message.model_version;
    end if;
    foreach word in array words loop
        if is_loaded then
            weight := 0;
            hash := hashtextextended(word, 0);
            -- app.gram_hash of the word, of it and the last, of it and the one before; once in the text of the function:
            -- a session reads all slots for each time that they stand there
            foreach gram in array array[hash, hash # last_hash, hash # hash_before] loop
                entry := (app.wording_slots())[
                    gram % (app.wording_divisors())[gram >> 48 & (app.loaded_wording()).last_bucket]
                ] # gram;
                -- what is not below 4,096 is the slot of another gram, or of none
                if entry >> 12 = 0 then
                    weight := weight + entry - 1001;
                end if;
            end loop;
            hash_before := last_hash << 1;
            last_hash := hash << 1;
        else
            select coalesce(sum(round(w.weight * 100)), 0) into weight
            from app.filter_weights as w
            where w.gram in (word, last_word || ' ' || word, word_before || ' _ ' || word)
                and w.version = hear_message.model_version;
            word_before := last_word;
            last_word := word;
        end if;
        -- wording says nothing where nobody knows the words: four in a row, or one of two
        if weight = 0 then
            unknown := unknown + 1;
            if unknown = 4 or (cardinality(words) <= 3 and word <> '>') then
                is_unknown := true;
            end if;
            continue;
        end if;
        unknown := 0;
        whole := whole + weight;
        part := greatest(part, 0) + weight;
        if part > heaviest then
            heaviest := part;
        end if;
    end loop;
    -- A part that solicits is not made harmless by what stands around it. But the heaviest part of anything weighs
    -- something, so a part counts for less than the whole.
    odds := always + greatest(whole, heaviest - 480);
    if length(body) <= 32 then
        -- A piece of a detail may be too short to sound like anything: of plain words, it has to sound more harmless; with
        -- figures or signs there have to be two words besides. (1,331 such ones of the corpora: a piece is lost of one.)
        is_harmless := odds < -250 and heaviest < 120 and (
            folded collate "C" !~ '[^a-z ,.!?'']|[.][a-z]|(?:^| )[b-hj-z](?: |$)'
            or (odds < -300 and folded collate "C" ~ '[a-z]{2}[^a-z].*[a-z]{2}')
        );
    elsif odds < -240 and heaviest < 230 then
        -- What is below these, as a whole and in every part, holds nothing: of 1,510 messages of held-out files in which
        -- something is found, none is, and 19 with four harmless sentences around them; of the harmless ones 78 %, of
        -- those of the development file 84 %.
        is_harmless := true;
    elsif odds < -200 and heaviest < 300 then
        -- without a figure or a sign of a shape it may be a little more
        is_harmless := strpos(said, '0') = 0 and folded collate "C" !~ signs;
    end if;
    if is_harmless and is_unknown is null and folded collate "C" !~ '[a-z0-9'']{21}' then
        -- No wording talks away what is a detail by its shape alone. Each pattern behind a quick look: PostgreSQL keeps 32
        -- compiled, and to compile all as one takes it longer than all the rest. A number as North America, Europe, India,
        -- China and Brazil write theirs; a place on a map.
        if said like '%0%0%0%0%0%' then
            is_harmless := folded collate "C" !~ (
                '[0-9][.][0-9]{4,7}[^0-9]{1,4}[0-9]{1,3}[.][0-9]{4}'
                '|(?:^|[^0-9a-z])(?:00[1-9][0-9][^0-9a-z]?[0-9]'
                '|(?:1[^0-9a-z]{0,2})?[2-9][0-9]{2}[^0-9a-z]{0,3}[2-9][0-9]{2}[^0-9a-z]{0,3}[0-9]{4}(?:[^0-9]|$)'
                '|0[1-9][0-9]{1,3}[^0-9a-z]?[0-9]{3}|0[1-9](?:[^0-9a-z][0-9]{2}){4}|[6-9][0-9]{4}[^0-9a-z]?[0-9]{5}'
                '|1[3-9][0-9]{9}|[1-9]{2}[^0-9a-z]9?[0-9]{4}[^0-9a-z][0-9]{4})'
            );
        end if;
        -- an address of mail, an account, a link, glued or reversed too; a number with its country, or in Morse; a place on
        -- a map; a street, a number in letters
        if is_harmless and folded collate "C" ~ signs then
            is_harmless := folded not like all ('{%\\_%,%://%,%///%,%www%,%u/%,%dotcom%,%dotnet%,%dotorg%}'::text[])
                and folded collate "C" !~ (
                    '@ ?[a-z]|[$][a-z]|[a-z0-9][.][a-z]{2}|(?:moc|ten|gro)[.][a-z]|[+][0-9]{2}[ 0-9]|[.-]{5}[ /|][.-]{5}'
                )
                and (strpos(folded, '+') = 0 or folded collate "C" !~ '[a-z0-9]{4}[+][a-z0-9]{2}')
                and (
                    strpos(said, '0') = 0
                    or folded collate "C" !~ (
                        '[0-9] [a-z]+ (?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd)(?:[^a-z]|$)'
                        '|(?:1[-. ][(]?8[0-8]{2}[-. )]|8[0-8]{2}-)[a-z]{2}'
                    )
                );
        end if;
        if is_harmless then
            return row(folded, origins, words, odds / 100.0, null, true, null, model_version)::app.heard_message;
        end if;
    end if;
    -- from here on the wording is enough
    if odds >= 110 then
        select w.about into reason
        from (
            select unnest(words) as gram
            union all
            select g.gram
            from unnest(array[null, '<'] || words, array_prepend('<', words), words) as t (before, one, next)
            cross join lateral unnest(array[t.one || ' ' || t.next, t.before || ' _ ' || t.next]) as g (gram)
        ) as p
        inner join app.filter_weights as w
            on p.gram = w.gram and w.version = hear_message.model_version and w.weight > 0
        where w.about is not null
        group by w.about
        order by sum(w.weight) desc, w.about
        limit 1;
        reason := coalesce(reason, 'solicits_contact');
    end if;
    return row(folded, origins, words, odds / 100.0, reason, false, is_unknown, model_version)::app.heard_message;
end;
$$;
comment on function app.hear_message is
    'The logarithm of the odds that a message, or some part of it, solicits or tells a detail of contact, by a version '
    'of app.filter_weights (null: the live one), which tools/train_filter.py fits; its folded text and origins, as '
    'app.fold_text says, and its words; is_harmless: the odds are so low, in every part, that nothing need be looked '
    'for; is_unknown: nobody knows four of its words in a row, or one of two, else null; reason: what it is about, '
    'null where the wording is not enough. To explain one: the weights of its words.';
