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
    -- Every message is heard: what would be a constant stands where it is needed, which takes a tenth less.
    seen constant record := app.fold_text(body);
    words constant text[] := app.wording_words(seen.folded);
    signs constant text := '[@_/$+]|[.-][a-z.-]|www|dot[con]|[0-9] [a-z]+ (?:st|ave|r[od]|l[an]|dr|b[ol])|8[0-8]{2}[-. )]+[a-z]';
    log_odds real;
    lacking real;
    reason text;
    is_loaded boolean;
    always integer;
    weights integer[];
    -- hundredths: what the weights are, in app.loaded_wording too
    weight integer;
    whole integer := 0;
    part integer := 0;
    heaviest integer := 0;
    hash bigint;
    pair_hash bigint;
    level integer;
    pair_level integer;
    unknown integer := 0;
    is_unknown boolean := false;
    is_harmless boolean;
begin
    if model_version is null then
        select s.filter_version into model_version
        from app.settings as s;
    end if;
    is_loaded := model_version = (app.loaded_wording()).version
        and (app.loaded_wording()).proof = hashtextextended('the words of a version', 0);
    if is_loaded then
        always := (app.loaded_wording()).always;
    else
        -- Sub-selects and no join: one look into the index for each, whatever the planner thinks of forty.
        weights := array(
            select
                coalesce(
                    (
                        select round(w.weight * 100)
                        from app.filter_weights as w
                        where w.gram = t.next and w.version = hear_message.model_version
                    ), 0
                ) + coalesce(
                    (
                        select round(w.weight * 100)
                        from app.filter_weights as w
                        where w.gram = concat(t.one, ' ', t.next) and w.version = hear_message.model_version
                    ), 0
                )
            from unnest(words, words[2:] || ''::text) as t (one, next)
        );
        always := weights[cardinality(weights)];
    end if;
    for n in 2 .. cardinality(words) loop
        if is_loaded then
            -- Less its mark, a slot holds a weight: what is not between 1 and 4,095 is the slot of another gram, or empty.
            hash := hashtextextended(words[n], 0);
            level := (app.loaded_slots())[
                (
                    hash
                    + (app.loaded_shifts())[hash >> 32 & (app.loaded_wording()).last_bucket] * (hash >> 18 & 16383 | 1)
                ) & (app.loaded_wording()).last_slot
            ] - ((hash >> 46 & 262143 | 262144) << 12);
            pair_hash := hashtextextended(concat(words[n - 1], ' ', words[n]), 0);
            pair_level := (app.loaded_slots())[
                (
                    pair_hash
                    + (app.loaded_shifts())[pair_hash >> 32 & (app.loaded_wording()).last_bucket] * (pair_hash >> 18 & 16383 | 1)
                ) & (app.loaded_wording()).last_slot
            ] - ((pair_hash >> 46 & 262143 | 262144) << 12);
            weight := case when level between 1 and 4095 then level - 1001 else 0 end
                + case when pair_level between 1 and 4095 then pair_level - 1001 else 0 end;
        else
            weight := weights[n - 1];
        end if;
        whole := whole + weight;
        part := greatest(part, 0) + weight;
        if part > heaviest then
            heaviest := part;
        end if;
        -- wording says nothing where nobody knows the words: four in a row
        if weight <> 0 then
            unknown := 0;
        else
            unknown := unknown + 1;
            is_unknown := is_unknown or unknown = 4;
        end if;
    end loop;
    -- A part that solicits is not made harmless by what stands around it. But the heaviest part of anything weighs
    -- something, so a part counts for less than the whole.
    log_odds := (always + greatest(whole, heaviest - 480)) / 100.0;
    is_harmless := case
        -- A piece of a detail may be too short to sound like anything: of plain words, it has to sound more harmless.
        when length(body) <= 32 then
            log_odds < -2.5 and heaviest < 150
            and seen.folded collate "C" !~ '[^a-z ,.!?'']|[.][a-z]|(?:^| )[b-hj-z](?: |$)'
        -- What is below these, as a whole and in every part, holds nothing: of 1,250 messages of held-out files in which
        -- something was found, none was, and two with four harmless sentences around them; of the harmless ones 79 %.
        when log_odds < -2 and heaviest < 300 then true
        -- Without a figure or a sign of a shape it may be a little more: of the 18,574 messages of all files that leak,
        -- six more are not read, in one of which something was found; of the 1,790 harmless ones 18 % are read, and not
        -- 21.
        else log_odds < -1 and heaviest < 400 and seen.folded collate "C" !~ '[0-9]' and seen.folded collate "C" !~ signs
    end
    and not is_unknown and seen.folded collate "C" !~ '[a-z0-9'']{21}'
    -- No wording talks away what is a detail by its shape alone. Two patterns behind a quick look each: PostgreSQL keeps
    -- 32 compiled, and to compile both as one takes it longer than all the rest. A number as North America, Europe, India,
    -- China and Brazil write theirs; a place on a map.
    and (
        seen.folded collate "C" !~ '[0-9](?:[^0-9]*[0-9]){4}'
        or seen.folded collate "C" !~ (
            '[0-9][.][0-9]{4,7}[^0-9]{1,4}[0-9]{1,3}[.][0-9]{4}'
            '|(?:^|[^0-9a-z])(?:00[1-9][0-9][^0-9a-z]?[0-9]'
            '|(?:1[^0-9a-z]{0,2})?[2-9][0-9]{2}[^0-9a-z]{0,3}[2-9][0-9]{2}[^0-9a-z]{0,3}[0-9]{4}(?:[^0-9]|$)'
            '|0[1-9][0-9]{1,3}[^0-9a-z]?[0-9]{3}|0[1-9](?:[^0-9a-z][0-9]{2}){4}|[6-9][0-9]{4}[^0-9a-z]?[0-9]{5}'
            '|1[3-9][0-9]{9}|[1-9]{2}[^0-9a-z]9?[0-9]{4}[^0-9a-z][0-9]{4})'
        )
    )
    -- An address of mail, an account, a link, glued or reversed too; a street, a place on a map; a number with its
    -- country, in letters, in Morse.
    and (
        seen.folded collate "C" !~ signs
        or seen.folded collate "C" !~ (
            '@ ?[a-z]|_|://|www|u/|[$][a-z]|[a-z0-9][.][a-z]{2}|dot(?:com|net|org)|(?:moc|ten|gro)[.][a-z]'
            '|[0-9] [a-z]+ (?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd)(?:[^a-z]|$)|///|[+][0-9]{2}[ 0-9]'
            '|[a-z0-9]{4}[+][a-z0-9]{2}|(?:1[-. ][(]?8[0-8]{2}[-. )]|8[0-8]{2}-)[a-z]{2}|[.-]{5}[ /|][.-]{5}'
        )
    );
    if is_harmless then
        return row(seen.folded, seen.origins, log_odds, null, null, true, model_version)::app.heard_message;
    end if;
    -- from 1.6 the wording is enough
    lacking := greatest(1.6 - log_odds, 0);
    if lacking = 0 then
        select w.about into reason
        from (
            select unnest(words[2:]) as gram
            union all
            select concat(t.one, ' ', t.next)
            from unnest(words, words[2:]) as t (one, next)
        ) as p
        inner join app.filter_weights as w
            on p.gram = w.gram and w.version = hear_message.model_version and w.weight > 0
        where w.about is not null
        group by w.about
        order by sum(w.weight) desc, w.about
        limit 1;
        reason := coalesce(reason, 'solicits_contact');
    end if;
    return row(seen.folded, seen.origins, log_odds, lacking, reason, false, model_version)::app.heard_message;
end;
$$;
comment on function app.hear_message is
    'The logarithm of the odds that a message, or some part of it, solicits or tells a detail of contact, by a version '
    'of app.filter_weights (null: the live one), which tools/train_filter.py fits; its folded text and origins, as '
    'app.fold_text says; is_harmless: the odds are so low, in every part, that nothing need be looked for; lacking: '
    'how much less than likely they are, null if harmless; reason: what it is about, null if anything is lacking. To '
    'explain one: the weights of its words.';
