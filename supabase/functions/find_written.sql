-- Details whose letters matter, in a folded text: vanity numbers, postcodes, map codes, glued and reversed names.

create function app.find_written(folded text)
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    start constant text := '(?<![a-z0-9])';
    finish constant text := '(?![a-z0-9])';
    postcode constant text := '[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}';
    map_code constant text := '[2-9cfghjmpqrvwx]{4,8}[+][2-9cfghjmpqrvwx]{2,3}';
    seven_letters constant text := '(?:[a-z]{2,4}[- .][a-z]{3,6}|[0-9]{3}[- .]?[a-z]{4}|[a-z]{7})';
    part record;
    letters text;
begin
    -- 1-800-fix-cars, 415-555-mech
    if folded ~ '[0-9]{3}[)]?[-.][a-z]{2}|8[0-9]{2} [a-z]{3}|[0-9]{3}[a-z]{4}' then
        for part in
            select l.*
            from app.locate(
                folded,
                start || '(?:(?:1[- .])?[(]?8(?:00|88|77|66|55|44|33)[)]?[- .]?|(?:1[- .])?[(]?[2-9][0-9]{2}[)]?[-.]?)'
                || seven_letters || finish
            ) as l
        loop
            letters := regexp_replace(part.matched, '[^a-z0-9]', '', 'g');
            continue when length(letters) - case when letters like '1%' then 1 else 0 end not between 10 and 11;
            continue when letters !~ '^1?8(?:00|88|77|66|55|44|33)'
                and part.before !~ '(?:call|dial|ring|text|number|line|phone|cell|reach)[^.;]{0,20}$'
                and left(part.after, 20) !~ 'call|ask|text|line|phone';
            kind := 'phone';
            reason := 'vanity';
            confidence := 0.8;
            first_character := part.first_character;
            last_character := part.last_character;
            return next;
        end loop;
    end if;

    if strpos(folded, 'dot') > 0 then
        for part in
            select l.*
            from app.locate(
                folded,
                start || '(?:[a-z0-9._-]+ (?:at|@) )?[a-z0-9-]{3,}dot(?:com|net|org|biz|info|co|io|shop|site)' || finish
            ) as l
        loop
            kind := case when part.matched ~ ' (?:at|@) |.at' then 'email' else 'url' end;
            reason := 'glued';
            confidence := 0.9;
            first_character := part.first_character;
            last_character := part.last_character;
            return next;
        end loop;
    end if;

    if folded ~ '[+][2-9cfghj-x]{2}|[0-9][a-z0-9]? [0-9][a-z]{2}(?![a-z0-9])|str(?:ass?e|[.])? [0-9]|/{3}[a-z]' then
        for part in
            select l.*
            from app.locate(
                folded,
                start || '(?:(?:unit |flat |no )?[0-9]{1,4}[a-d]?,? (?:[a-z]+,? ){1,4})' || postcode || finish
                || '|' || start || map_code || ',?(?: [a-z]{3,})?' || finish
                || '|' || start || '[a-z]{3,}(?:strass?e|str[.]?) [0-9]{1,4}' || finish
                || '|/{3}[a-z]+[.][a-z]+[.][a-z]+'
            ) as l
        loop
            -- a code is of eight signs, or of fewer and a town
            continue when strpos(part.matched, '+') > 0 and part.matched !~ '^[a-z0-9]{8}[+]|[+][a-z0-9]+,? [a-z]';
            kind := 'address';
            reason := 'map';
            confidence := 0.8;
            first_character := part.first_character;
            last_character := part.last_character
                - case
                    when part.matched ~ '^[a-z0-9]{8}[+][a-z0-9]+,? ' then
                        length(substring(part.matched from '^[a-z0-9]{8}[+][a-z0-9]+(.*)$'))
                    else 0
                end;
            return next;
        end loop;
    end if;

    if strpos(folded, 'www') > 0 then
        for part in
            select l.* from app.locate(folded, start || 'www[. ]+[a-z0-9-]+(?: ?[.] ?[a-z0-9-]+| (?:com|net|org))+') as l
        loop
            kind := 'url';
            reason := 'shape';
            confidence := 1;
            first_character := part.first_character;
            last_character := part.last_character;
            return next;
        end loop;
    end if;

    -- 36.7378, -119.7871; p.o. box 12; a town's or a trade's own ending of a name
    if folded ~ '[0-9][.][0-9]{4}.*,|p[. ]*o[. ]* ?box|[a-z][.](?:de|nl|ch|cc|tv|se|dk|cz|jp|kr|cn|za|nz|ie|garage|repair|shop|cars|auto|autos|online|site|store|services?|me)(?![a-z0-9])' then
        for part in
            select l.*
            from app.locate(
                folded,
                start || '-?[0-9]{1,2}[.][0-9]{4,} ?, ?-?[0-9]{1,3}[.][0-9]{4,}' || finish
                || '|' || start || 'p[. ]*o[. ]* ?box [0-9]+' || finish
                || '|' || start || '[a-z0-9-]{3,}(?:[.][a-z0-9-]{2,})*[.](?:de|nl|ch|cc|tv|se|dk|cz|jp|kr|cn|za|nz|ie|garage|repair|shop|cars'
                || '|auto|autos|online|site|store|services?|me/[^\s]+)' || finish || '(?:/[^\s]*[a-z0-9/_=-])?'
            ) as l
        loop
            kind := case when part.matched ~ '^[-0-9]+[.][0-9]|box' then 'address' else 'url' end;
            reason := case kind when 'address' then 'map' else 'shape' end;
            confidence := 0.8;
            first_character := part.first_character;
            last_character := part.last_character;
            return next;
        end loop;
    end if;

    -- threesevenone...
    if folded ~ '[a-z]{21}' then
        for part in
            select l.* from app.locate(folded, start || '(?:zero|oh|one|t(?:wo|hree)|f(?:our|ive)|s(?:ix|even)|eight|nine){7,}' || finish) as l
        loop
            kind := 'phone';
            reason := 'spelled';
            confidence := 0.9;
            first_character := part.first_character;
            last_character := part.last_character;
            return next;
        end loop;
    end if;

    -- moc.liamg@oj
    if strpos(folded, 'moc.') > 0 or strpos(folded, 'ten.') > 0 or strpos(folded, 'gro.') > 0 then
        for part in
            select l.* from app.locate(folded, start || '(?:moc|ten|gro)[.][a-z0-9-]+(?:[@.][a-z0-9._-]+)?' || finish) as l
        loop
            kind := case when strpos(part.matched, '@') > 0 then 'email' else 'url' end;
            reason := 'reversed';
            confidence := 0.9;
            first_character := part.first_character;
            last_character := part.last_character;
            return next;
        end loop;
    end if;
end;
$$;
comment on function app.find_written is
    'Contact details in a folded text that a reading of its words does not show.';
