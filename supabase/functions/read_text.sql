-- Reading: a folded text as one letter a word and one figure a digit, with the way back to its characters.
--
-- A word's letter is its reading in app.filter_words; x if it has none, s if it is a single letter, o for each
-- letter drawn like a digit. Every word is followed by one sign for what separates it from the next: ~ nothing,
-- < a comma, > ://, ; the end of a sentence, ? of a line, ` of a message (with an @ after it, {), " anything else.

create function app.read_text(folded text, out reading text, out tokens text[])
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    -- \x01 begins a word and \x02 ends it: folding lets neither through
    tokens := string_to_array(
        regexp_replace(
            folded collate "C",
            '[a-z]+(?:''(?:s|t|m|d|ll|re|ve|appli)(?![a-z]))?|[0-9]+|[\u00aa-\u1fff\u2c00-\u2dff\u3040-\udfff\uf900-\ufdff]+',
            E'\x01\\&\x02', 'g'
        ),
        E'\x01'
    );
    -- Sub-selects, not joins: each is one look into an index, whatever the planner thinks of 20 words.
    reading := (
        select
            string_agg(
                case
                    when t.word collate "C" < ':' then t.word
                    else coalesce(
                        (
                            select w.reading
                            from app.filter_words as w
                            where w.word = replace(t.word, '''', '')
                        ),
                        case
                            when length(t.word) <= 4 and translate(t.word, 'oilszbgq', '') = ''
                                then repeat('o', length(t.word))
                            when length(t.word) = 1 then 's'
                            else 'x'
                        end
                    )
                end
                || case
                    when t.gap = ' ' then ' '
                    when t.gap = '' then '~'
                    when t.gap = '@' and t.word = '' then '^'
                    else coalesce(
                        (select g.reading from app.filter_words as g where g.word = t.gap),
                        case
                            when strpos(t.gap, E'\x03@') > 0 then '{'
                            when strpos(t.gap, E'\x03.') > 0 then '.'
                            when strpos(t.gap, E'\x03') > 0 then '`'
                            when strpos(t.gap, E'\n') > 0 then '?'
                            when right(t.gap, 1) = '@' then '^'
                            when right(t.gap, 1) in ('+', '$') then right(t.gap, 1)
                            else '"'
                        end
                    )
                end,
                ''
            )
        from (
            select
                case when p.place = 1 then '' else split_part(p.token, E'\x02', 1) end as word,
                case when p.place = 1 then p.token else split_part(p.token, E'\x02', 2) end as gap
            from unnest(tokens) with ordinality as p (token, place)
            offset 0  -- so that each word is split once
        ) as t
    );
    -- twenty one is 21, two hundred 200, double five 55
    if reading <> translate(reading, 'cdef', '') then
        reading := regexp_replace(reading, '([0-9])e([- ~])(?=[1-9](?![0-9e]))', '\1\2', 'g');
        reading := replace(reading, 'e', '0');
        reading := regexp_replace(reading, '(?<=[0-9][- ~])c', '00', 'g');
        reading := regexp_replace(reading, 'd([- ~])([0-9])(?![0-9])', '\2\1\2', 'g');
        reading := regexp_replace(reading, 'f([- ~])([0-9])(?![0-9])', '\2\2\1\2', 'g');
    end if;
end;
$$;
comment on function app.read_text is
    'One letter a word, one figure a digit, one sign between two words; tokens: the words with what follows each.';
