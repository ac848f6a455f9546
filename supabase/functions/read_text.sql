-- Reading: a folded text as one letter a word and one figure a digit, with the way back to its characters.
--
-- A word's letter is its reading in app.filter_words; x if it has none, s if it is a single letter, o for each
-- letter drawn like a digit. Every word is followed by one sign for what separates it from the next: ~ nothing,
-- < a comma, > ://, ; the end of a sentence, ? of a line, ` of a message (with an @ after it, {), " anything else.

create function app.read_text(folded text, inout model_version smallint, out reading text, out marked text)
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
begin
    -- \x01 begins a word, \x02 ends it and \x04 joins its parts (don't, l'appli): folding lets none of them through
    marked := folded;
    if strpos(folded, '''') > 0 then
        marked := regexp_replace(
            folded collate "C", '([a-z])''(s|t|m|d|ll|re|ve|appli)(?![a-z])', E'\\1\x04\\2', 'g'
        );
    end if;
    marked := regexp_replace(
        marked collate "C",
        '[a-z\x04]+|[0-9]+|[\u00aa-\u1fff\u2c00-\u2dff\u3040-\udfff\uf900-\ufdff]+', E'\x01\\&\x02', 'g'
    );
    -- An entry is a word or, behind \x02, what stands between two words, if it is more than a space. A sub-select
    -- and no join: one look into the index for each, whatever the planner thinks of 20 words.
    select
        array_to_string(
            array(
                select
                    case
                        when t.entry between '0' and ':' then t.entry
                        when t.entry = E'\x02' then E'\x02~\x02'
                        else concat(
                            case when t.entry < E'\x03' then E'\x02' end,
                            coalesce(
                                (
                                    select w.reading
                                    from app.filter_words as w
                                    where w.word = ltrim(t.entry, E'\x02') and w.version = v.version
                                ),
                                case
                                    when t.entry < E'\x03' then
                                        case
                                            when strpos(t.entry, E'\x03@') > 0 then '{'
                                            -- .com, and not ..555..
                                            when right(t.entry, 2) = E'\x03.' and strpos(t.entry, '.') = length(t.entry)
                                                then '.'
                                            when strpos(t.entry, E'\x03') > 0 then '`'
                                            when strpos(t.entry, E'\n') > 0 then '?'
                                            when right(t.entry, 1) = '@' then '^'
                                            when right(t.entry, 1) in ('+', '$') then right(t.entry, 1)
                                            when left(t.entry, 3) in (E'\x02. ', E'\x02! ', E'\x02? ') then ';'
                                            else '"'
                                        end
                                    when (length(t.entry) <= 3 or t.entry = 'oooo') and translate(t.entry, 'oilszbgq', '') = ''
                                        then repeat('o', length(t.entry))
                                    when length(t.entry) = 1 then 's'
                                    else 'x'
                                end
                            ),
                            case when t.entry < E'\x03' then E'\x02' end
                        )
                    end
                from unnest(
                    string_to_array(
                        (
                            E'\x02 '
                            || replace(
                                replace(replace(ltrim(marked), E'\x04', ''), E'\x02 \x01', E'\x01'), E'\x02', E'\x01\x02'
                            )
                        ) collate "C",
                        E'\x01'
                    )
                ) as t (entry)
            ),
            ' '
        ),
        v.version
    into reading, model_version
    from (
        select coalesce(read_text.model_version, (select s.filter_version from app.settings as s)) as version
        offset 0
    ) as v;
    reading := replace(replace(replace(reading, E' \x02', ''), E'\x02 ', ''), E'\x02', '');
    -- quatre-vingt is 80; twenty one is 21, two hundred 200, double five 55
    -- three fives
    if reading like '%z%' and reading collate "C" ~ '[0-9]z' then
        reading := regexp_replace(reading, '2 ([0-9])z', '\1 \1', 'g');
        reading := regexp_replace(reading, '3 ([0-9])z', '\1 \1\1', 'g');
        reading := regexp_replace(reading, '4 ([0-9])z', '\1 \1\1\1', 'g');
        reading := regexp_replace(reading, '[0-9]z', 'z', 'g');
    end if;
    if reading <> translate(reading, 'cdef', '') then
        reading := replace(replace(reading, '4-2e', '8-e'), '4 2e', '8 e');
        -- four score and eighteen is 98, sixty and fifteen 75
        reading := regexp_replace(reading, '8[- ]e[- ]10[- ]([7-9])(?![0-9])', '9~~~\1', 'g');
        reading := regexp_replace(reading, '8[- ]e[- ]1([0-9])(?![0-9])', '9~~\1', 'g');
        reading := regexp_replace(reading, '6e[- ]10[- ]([7-9])(?![0-9])', '7~~\1', 'g');
        reading := regexp_replace(reading, '6e[- ]1([0-9])(?![0-9])', '7~\1', 'g');
        -- quarante et un, ochenta y uno
        reading := regexp_replace(reading, '([0-9])e nz t(?![0-9A-Za-z])', '\1~~1', 'g');
        reading := regexp_replace(reading, '([0-9])e (?:nz|z|j|E) ([1-9t])(?![0-9e])', '\1~~\2', 'g');
        -- five hundred in one word, then tens
        reading := regexp_replace(reading, '([0-9])c ([0-9])e( |~~)(?=[1-9])', '\1 \2\3', 'g');
        reading := regexp_replace(reading, '([0-9])c (?=[0-9](?:e|~~[1-9]))', '\1 ', 'g');
        reading := regexp_replace(reading, '([0-9])c', '\100', 'g');
        reading := regexp_replace(reading, '([0-9])e([- ~])(?=[1-9](?![0-9e]))', '\1\2', 'g');
        reading := replace(reading, 'e', '0');
        reading := regexp_replace(reading, '(?<=[0-9][- ~])c', '00', 'g');
        reading := regexp_replace(reading, 'd([- ~])([0-9o])(?![0-9])', '\2\1\2', 'g');
        reading := regexp_replace(reading, 'f([- ~])([0-9])(?![0-9])', '\2\2\1\2', 'g');
    end if;
end;
$$;
comment on function app.read_text is
    'One letter a word, one figure a digit, one sign between two words, by a version of app.filter_words (null: the '
    'live one, which is returned); marked: the text with a mark before and after each word.';
