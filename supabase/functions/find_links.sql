-- E-mail addresses and links in a reading, written as such or with words for their signs.

create function app.find_links(reading text)
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    name constant text := '[0-9A-Za-z]+';
    -- "at" and "dot" in words, in brackets, or glued to their neighbours
    dot constant text := '(?:[.]|[ ~(_|*`-]D[ ~)_|*`-])';
    said_dot constant text := '(?:[ ~(_|*`-]D[ ~)_|*`-])';
    email constant text :=
        -- name@name.name
        '(?<![0-9A-Za-z])' || name || '(?:[._+~%-]' || name || ')*[@{](?:' || name || '[-~]?' || dot || ')+[A-Za-z]+'
        -- name at name dot com
        || '|(?<![0-9A-Za-z])' || name || '(?:(?:[._+~-]|' || said_dot || ')' || name || ')*[^;@]j[^;@]'
        || '(?:' || name || '(?:[-~_]' || name || ')*' || dot || ')+[TL](?![0-9A-Za-z])'
        -- name at gmail, with nothing after it
        || '|(?<![0-9A-Za-z])' || name || '(?:[._+~-]' || name || ')*[@{]G(?:,T)?'
        -- a circled a
        || '|(?<![0-9A-Za-z])' || name || '(?:[._+~-]' || name || ')+ n G' || dot || 'T'
        ;
    site record;
begin
    confidence := 1;
    reason := 'shape';
    kind := 'email';
    for site in select l.* from app.locate(reading, email) as l loop
        first_character := site.first_character;
        last_character := site.last_character;
        return next;
    end loop;
    kind := 'url';
    for site in
        select l.*
        from app.locate(
            reading,
            -- a scheme; www; name.com; name dot com; name.x/path
            name || '>' || name || '(?:[-~.:_]' || name || ')*(?:/' || name || '(?:[-~._/?=&%#]' || name || ')*)?'
            || '|(?<![0-9A-Za-z])(?:' || name || '(?:[-~_]' || name || ')*' || dot || ')+[TL](?![0-9A-Za-z])'
            || '(?:/' || name || '(?:[-~._/?=&%#]' || name || ')*)?'
            || '|(?<![0-9A-Za-z.])[A-Za-z]+(?:[-~.]' || name || ')*[.][A-Za-z]+/[0-9A-Za-z]+(?:[-~._/?=&%#]' || name || ')*'
        ) as l
    loop
        first_character := site.first_character;
        last_character := site.last_character;
        confidence := 1;
        return next;
    end loop;
end;
$$;
comment on function app.find_links is 'E-mail addresses and links in a reading.';
