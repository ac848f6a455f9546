-- Reading what no session has in memory: a word of another version, or of none, and what stands between two words.

create function app.read_unlisted(entry text, model_version smallint)
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    reading text;
begin
    if model_version is not null then
        select w.reading into reading
        from app.filter_words as w
        where w.word = ltrim(entry, E'\x02') and w.version = read_unlisted.model_version;
    end if;
    return coalesce(
        reading,
        case
            when left(entry, 1) = E'\x02' then
                case
                    when strpos(entry, E'\x03@') > 0 then '{'
                    -- .com, and not ..555..
                    when right(entry, 2) = E'\x03.' and strpos(entry, '.') = length(entry) then '.'
                    when strpos(entry, E'\x03') > 0 then '`'
                    when strpos(entry, E'\n') > 0 then '?'
                    when right(entry, 1) = '@' then '^'
                    when right(entry, 1) in ('+', '$') then right(entry, 1)
                    when left(entry, 3) in (E'\x02. ', E'\x02! ', E'\x02? ') then ';'
                    else '"'
                end
            when (length(entry) <= 3 or entry = 'oooo') and translate(entry, 'oilszbgq', '') = ''
                then repeat('o', length(entry))
            when length(entry) = 1 then 's'
            else 'x'
        end
    );
end;
$$;
comment on function app.read_unlisted is
    'The sign of a word, or behind \x02 of what stands between two words, that app.readings_slots does not hold; '
    'model_version: where to look for it first, null if it has been looked for.';
