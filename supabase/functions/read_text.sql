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
declare
    table_version smallint;  -- that no session has in memory
begin
    if model_version is null then
        select s.filter_version into model_version
        from app.settings as s;
    end if;
    if model_version <> (app.loaded_readings()).version
        or (app.loaded_readings()).proof <> hashtextextended('the weights of a version', 0)
    then
        table_version := model_version;
    end if;
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
    -- An entry is a word or, behind \x02, what stands between two words, if it is more than a space. What is rare is left to
    -- a function: the query sets up all that it names, however few words come to it.
    reading := array_to_string(
        array(
            select
                case when t.entry < E'\x03' then E'\x02' || t.sign || E'\x02' else t.sign end
            from (
                select
                    h.entry,
                    case
                        when h.entry between '0' and ':' then h.entry
                        when h.entry = E'\x02' then '~'
                        -- what is not below 16,384 is the slot of another word, or of none
                        when h.loaded >> 14 = 0 then
                            chr((h.loaded & 127)::integer)
                            || case when h.loaded > 127 then chr((h.loaded >> 7)::integer) else '' end
                        when h.entry = E'\x02 ' then '"'
                        when h.entry = E'\x02\x03' then '`'
                        when table_version is null and length(h.entry) > 4 and h.entry > E'\x03' then 'x'
                        else app.read_unlisted(h.entry, table_version)
                    end as sign
                from (
                    select
                        s.entry,
                        case when table_version is null then
                            (app.readings_slots())[
                                s.hash % (app.readings_divisors())[s.hash >> 48 & (app.loaded_readings()).last_bucket]
                            ] # s.hash
                        end as loaded
                    from (
                        select e.entry, hashtextextended(ltrim(e.entry, E'\x02'), 0) as hash
                        from unnest(
                            string_to_array(
                                (
                                    E'\x02 '
                                    || replace(
                                        replace(replace(ltrim(marked), E'\x04', ''), E'\x02 \x01', E'\x01'),
                                        E'\x02', E'\x01\x02'
                                    )
                                ) collate "C",
                                E'\x01'
                            )
                        ) as e (entry)
                        offset 0
                    ) as s
                    offset 0
                ) as h
                offset 0
            ) as t
        ),
        ' '
    );
    reading := replace(replace(replace(reading, E' \x02', ''), E'\x02 ', ''), E'\x02', '');
    -- quatre-vingt is 80; twenty one is 21, two hundred 200, double five 55
    -- three fives
    if reading like any ('{%0z%,%1z%,%2z%,%3z%,%4z%,%5z%,%6z%,%7z%,%8z%,%9z%}'::text[]) then
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
