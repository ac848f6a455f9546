-- E-mail addresses and links in a reading, written as such or with words for their signs.

create function app.find_links(reading text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    name constant text := '[0-9A-Za-z]+';
    -- "at" and "dot" in words, in brackets, or glued to their neighbours
    dot constant text := '(?:[.]|[ ~(_|*`-]D[ ~)_|*`-])';
    said_dot constant text := '(?:[ ~(_|*`-]D[ ~)_|*`-])';
    path constant text := '(?:[-~._/?=&%#]' || name || ')*';
    address constant text :=
        '(?<![0-9A-Za-z])(?:'
        -- name@name.name
        || name || '(?:[._+~%-]' || name || ')*[@{](?:' || name || '(?:[-~]' || name || ')*-?' || dot || ')+[A-Za-z]+'
        || '|' || name || '(?:[._+~%-]' || name || ')*@' || name || '(?:[-~]' || name || ')*,T(?![0-9A-Za-z])'
        -- name at name dot com
        || '|' || name || '(?:(?:[._+~-]|' || said_dot || ')' || name || ')*[^;@]j[^;@]'
        || '(?:(?:' || name || '(?:[-~_]' || name || ')*' || dot || ')+[TLhn]|G' || dot || 'z)(?![0-9A-Za-z])'
        || '(?:/' || name || path || ')?'
        -- name at gmail, with nothing after it
        || '|' || name || '(?:[._+~-]' || name || ')*[@{]G(?:,T)?'
        -- a host of mail, whatever ends it
        || '|(?:' || name || '(?:[-._~]' || name || ')*[@j] ?)?G' || dot || '[TLM](?![0-9A-Za-z])'
        -- jofixes dot garage
        || '|x(?:[-~_]' || name || ')*' || said_dot || '[hMY](?![0-9A-Za-z])'
        -- a circled a
        || '|' || name || '(?:[._+~-]' || name || ')+ n G' || dot || 'T'
        -- a scheme; www; name.com; name dot com; name.x/path
        || '|' || name || '>' || name || '(?:[-~.:_]' || name || ')*(?:/' || name || path || ')?'
        || '|(?:' || name || '(?:[-~_]' || name || ')*' || dot || ')+[TL](?![0-9A-Za-z])(?:/' || name || path || ')?'
        || '|[A-Za-z]+(?:[-~.]' || name || ')*[.][A-Za-z]+/[0-9A-Za-z]+' || path || ')';
    site record;
begin
    finding.confidence := 1;
    finding.reason := 'shape';
    for site in select l.* from app.locate(reading, address) as l loop
        finding.kind := case
            when strpos(site.matched, '>') = 0 and site.matched <> translate(site.matched, '@{', '') then 'email'
            when site.matched collate "C" ~ '[^0-9A-Za-z]j[^0-9A-Za-z]| n G' then 'email'
            else 'url'
        end;
        finding.first_character := site.first_character;
        if finding.kind = 'email' and strpos(site.matched, '/') > 0 and strpos(site.matched, '@') = 0 then
            -- booking at name.com/path
            finding.kind := 'url';
            finding.first_character := site.first_character
                + length(substring(site.matched collate "C" from '^.*[^0-9A-Za-z]j[^0-9A-Za-z]'));
        end if;
        finding.last_character := site.last_character;
        findings := findings || finding;
    end loop;
    return findings;
end;
$$;
comment on function app.find_links is 'E-mail addresses and links in a reading.';
