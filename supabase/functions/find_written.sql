-- Details whose letters matter, in a folded text: vanity numbers, postcodes, map codes, glued and reversed names.

create function app.find_written(folded text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- 1-800-fix-cars, 415-555-mech
    vanity constant text :=
        '(?<![a-z0-9])(?:1[- .])?(?:[(]?8(?:00|88|77|66|55|44|33)[)]?[- .]?|[(]?[2-9][0-9]{2}[)]?[-.]?)'
        '(?:[a-z]{2,4}[- .][a-z]{3,6}|[a-z]{3}[-. ][0-9]{4}|[0-9]{3}[- .]?[a-z]{4}|[a-z]{7})(?![a-z0-9])';
    -- 27 kingsway, b11 2le; 868r6fcp+cw; lindenstrasse 12; ///one.two.three; 36.7378, -119.7871; p.o. box 12
    spot constant text :=
        '(?<![a-z0-9])(?:'
        '(?:(?:unit |flat |no )?[0-9]{1,4}[a-d]?,? (?:[a-z]+,? ){1,4}|(?:unit|flat) [0-9]{1,4}[a-d]?,? |[0-9]{1,4}, )[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}'
        '|[2-9cfghjmpqrvwx]{4,8}[+][2-9cfghjmpqrvwx]{2,3},?(?: [a-z]{3,})?'
        '|[a-z]{3,}(?:strass?e|str[.]?|gasse|weg|allee|platz|damm) [0-9]{1,4}[a-z]?'
        '|(?<=at )[1-9][0-9]{0,3}[a-d]? [a-z]{4,} (?:close|bend|rise|gardens|green|row|walk|view|park|hill|mews)'
        '|[ns] ?[0-9]{1,2}[^a-z0-9]{1,3}[0-9]{1,2}[^a-z]{1,12} ?[ew] ?[0-9]{1,3}[^a-z0-9]{1,3}[0-9]{1,2}[^a-z ]{0,8}'
        '|/{3}[a-z]+[.][a-z]+[.][a-z]+'
        '|-?[0-9]{1,2}[.][0-9]{4,} ?, ?-?[0-9]{1,3}[.][0-9]{4,}'
        '|(?:post ?code|postal code|eircode)(?:.s| is)?:? [a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}'
        '|(?:woon|adres|huis)[a-z]*(?: op| is|:)? [1-9][0-9]{3} ?[a-z]{2} [0-9]{1,4}'
        '|p[. ]*o[. ]* ?box [0-9]+'
        ')(?![a-z0-9])';
    figure constant text := '(?:zero|oh|one|t(?:wo|hree)|f(?:our|ive)|s(?:ix|even)|eight|nine)';
    -- what people call an app that they do not name
    elsewhere constant text := '(?:the gram|paper plane|ghost(?: one| app)?|(?:blue )?bird(?: app)?|tt|gamertag|psn|bizum)';
    -- joatexampledotcom; www dot; a town's or a trade's own ending of a name; threesevenone...; moc.liamg@oj
    name constant text :=
        '(?<![a-z0-9])(?:'
        '(?:[a-z0-9._-]+ (?:at|@) )?[a-z0-9-]{3,}dot(?:com|net|org|biz|info|co|io|shop|site)'
        '|www[. ]+[a-z0-9-]+(?: ?[.] ?[a-z0-9-]+| (?:com|net|org))+'
        '|[a-z0-9-]{3,}(?:[.][a-z0-9-]{2,})*[.](?:de|nl|ch|cc|tv|se|dk|cz|jp|kr|cn|za|nz|ie|garage|repair|shop'
        '|cars|autos?|online|site|store|services?|me/[^\s]+)(?![a-z0-9])(?:/[^\s]*[a-z0-9/_=-])?'
        '|[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?::[0-9]{2,5}|/[a-z0-9/_.-]+)'
        '|(?:[0-9][a-z]{1,2}){8,12}[0-9]|[a-z](?:[0-9][a-z]){10}|u/[a-z0-9_-]{5,}|t[.]me/[^\s]+'
        '|(?:微信|wechat|line|ライン|카톡|telegram|qq)[^a-z0-9 .,;]{0,4}[: ]{0,2}[a-z0-9]+[._-][a-z0-9._-]{3,}'
        '|' || figure || '{7,}'
        '|(?:moc|ten|gro)[.][a-z0-9-]+(?:[@.][a-z0-9._-]+)?'
        ')(?![a-z0-9])';
    -- nineonesix fivefivefive ...; j-o at e-x dot c-o-m; jo at example d0t com; Morse; the gram knows me as jo.fixes
    coded constant text :=
        '(?<![a-z0-9])(?:'
        '(?:' || figure || '{2,}[ .,-]*){3,}'
        '|(?:[a-z0-9](?:[-_.][a-z0-9])+|[a-z0-9._-]+)(?: at | a t )[a-z0-9](?:-[a-z0-9])+(?: dot | d o t )[a-z](?:-[a-z])+'
        '|[a-z0-9._-]+ at [a-z0-9-]+ d0t [a-z]{2,}'
        '|(?:[.-]{5}[ /|]+){6,}[.-]{5}'
        '|' || elsewhere || '(?:[^a-z0-9.;?!]+| (?:as|is|me|knows|im|one|name)){0,5}[a-z0-9_-]{2,}(?:[._][a-z0-9_]+)+'
        ')(?![a-z0-9])';
    -- Without one of these no pattern matches: a letter is an a there, and a figure a 0. Looking for all of them takes
    -- less than one pattern, and none of the places that PostgreSQL has for compiled ones.
    vanity_shapes constant text[] := '{%000-aa%,%000.aa%,%000)-aa%,%000).aa%,%000aaaa%,%0-aaa-0%}'::text[];
    toll_free constant text[] := '{%800 ___%,%888 ___%,%877 ___%,%866 ___%,%855 ___%,%844 ___%,%833 ___%}'::text[];
    spot_shapes constant text[] :=
        '{%+00%,%+0a%,%+a0%,%+aa%,%0 0aa%,%0a 0aa%,%0.0000%,%///a%,%a00_0%,%a00__0%,%a00___0%,%a 00_0%,%a 00__0%,%a 00___0%}'::text[];
    spot_words constant text[] :=
        '{%str 0%,%str. 0%,%strase 0%,%strasse 0%,%gasse 0%,%weg 0%,%allee 0%,%platz 0%,%damm 0%,%unit 0%,%flat 0%'
        ',%postcode%,%post code%,%postal%,%woon%,%adres%,%o box%,%o. box%,%obox%,%o.box%}'::text[];
    -- at 38 larkspur close
    spot_endings constant text[] :=
        '{% close%,% bend%,% rise%,% gardens%,% green%,% row%,% walk%,% view%,% park%,% hill%,% mews%}'::text[];
    name_shapes constant text[] :=
        '{%a.aa%,%0a0a0a0%,%0.0:00%,%0.00:00%,%0.000:00%,%0.0/_%,%0.00/_%,%0.000/_%,%aaaaaaaaaaaaaaaaaaaaa%}'::text[];
    name_words constant text[] :=
        '{%dotcom%,%dotnet%,%dotorg%,%dotbiz%,%dotinfo%,%dotco%,%dotio%,%dotshop%,%dotsite%,%www%,%u/%'
        ',%微信%,%ライン%,%카톡%,%line0%,%line:%,%line-%,%line(%,%line=%,%line\"%,%line?%,%line!%,%line/%,%line>%,%line#%,%line@%,%line*%}'::text[];
    coded_words constant text[] :=
        '{% d0t %,%fivefive%,%zeroone%,%ohone%,%the gram%,%paper plane%,%ghost%,%bird%,%tt:%,%gamertag%,%psn%,%bizum%'
        ',%..... %,%----- %}'::text[];
    reversed_words constant text[] := '{%moc.%,%ten.%,%gro.%}'::text[];
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    part record;
    letters text;
    figures constant text := translate(folded, '123456789', '000000000');
    shapes constant text := translate(figures, 'bcdefghijklmnopqrstuvwxyz', 'aaaaaaaaaaaaaaaaaaaaaaaaa');
begin
    if shapes collate "C" like any (vanity_shapes)
        or (shapes like '%000 aaa%' and folded collate "C" like any (toll_free))
        or strpos(folded, 'keypad') > 0
    then
        for part in select l.* from app.locate(folded, vanity) as l loop
            letters := ltrim(translate(part.matched, '-. ()', ''), '1');
            continue when length(letters) not between 10 and 11;
            continue when letters not like all (array['800%', '888%', '877%', '866%', '855%', '844%', '833%'])
                and part.before !~ '(?:call|dial|ring|text|number|line|phone|cell|reach|punch)[^.;]{0,20}$'
                and left(part.after, 20) !~ 'call|ask|text|line|phone|keypad|dial';
            finding.kind := 'phone';
            finding.reason := 'vanity';
            finding.confidence := 0.8;
            finding.first_character := part.first_character;
            finding.last_character := part.last_character;
            findings := findings || finding;
        end loop;
    end if;
    finding.confidence := 0.8;
    finding.kind := 'address';
    finding.reason := 'map';
    if shapes collate "C" like any (spot_shapes) or figures collate "C" like any (spot_words)
        or (figures like '% at 0%' and folded collate "C" like any (spot_endings))
    then
        for part in select l.* from app.locate(folded, spot) as l loop
            -- a code is of eight signs, or of fewer and a town
            finding.first_character := part.first_character;
            finding.last_character := part.last_character;
            if strpos(part.matched, '+') = 9 then
                finding.last_character := part.first_character - 1
                    + length(split_part(split_part(part.matched, ' ', 1), ',', 1));
            else
                continue when strpos(part.matched, '+') > 0 and strpos(part.matched, ' ') = 0;
            end if;
            findings := findings || finding;
        end loop;
    end if;

    finding.confidence := 0.9;
    if folded collate "C" like any (coded_words) or shapes like '%a-a-a%' then
        for part in select l.* from app.locate(folded, coded) as l loop
            finding.first_character := part.first_character;
            finding.last_character := part.last_character;
            if part.matched collate "C" ~ '^[.-]{5}[ /|]' then
                finding.kind := 'phone';
                finding.reason := 'disguised';
            elsif part.matched collate "C" ~ ('^' || elsewhere) then
                finding.kind := 'handle';
                finding.reason := 'account';
                finding.first_character := part.last_character + 1
                    - length(substring(part.matched from '[a-z0-9._-]*$'));
            elsif part.matched collate "C" ~ ' (?:at|a t) ' then
                finding.kind := 'email';
                finding.reason := 'glued';
            else
                continue when regexp_count(part.matched collate "C", figure) < 7;
                finding.kind := 'phone';
                finding.reason := 'spelled';
                finding.last_character := part.first_character - 1 + length(rtrim(part.matched, ' .,-'));
            end if;
            findings := findings || finding;
        end loop;
    end if;

    if not (
        shapes collate "C" like any (name_shapes)
        or figures collate "C" like any (name_words)
        or (folded collate "C" like any (reversed_words) and shapes like '%aaa._%')
        or (octet_length(folded) > length(folded) and strpos(folded, 'line') > 0)
    ) then
        return findings;
    end if;
    for part in select l.* from app.locate(folded, name) as l loop
        finding.kind := 'url';
        finding.reason := 'shape';
        if left(part.matched, 4) in ('moc.', 'ten.', 'gro.') then
            finding.kind := case when strpos(part.matched, '@') > 0 then 'email' else 'url' end;
            finding.reason := 'reversed';
        elsif part.matched collate "C" ~ '^[a-z]?(?:[0-9][a-z]{1,2}){8}' then
            finding.kind := 'phone';
            finding.reason := 'disguised';
        elsif part.matched = translate(part.matched, '. 0123456789', '') and strpos(part.matched, 'dot') = 0 then
            finding.kind := 'phone';
            finding.reason := 'spelled';
        elsif strpos(part.matched, 'dot') > 0 and part.matched not like '%.%' or part.matched like '% at %dot%' then
            finding.kind := case
                when part.matched like '%_at%' or strpos(part.matched, '@') > 0 then 'email' else 'url'
            end;
            finding.reason := 'glued';
        end if;
        finding.first_character := part.first_character;
        if part.matched like 'u/%' or part.matched ~ '^(?:微信|wechat|line|ライン|카톡|telegram|qq)' then
            finding.kind := 'handle';
            finding.reason := 'account';
            finding.first_character := part.last_character + 1 - length(substring(part.matched from '[a-z0-9/][a-z0-9._/-]*$'));
        end if;
        finding.last_character := part.last_character;
        findings := findings || finding;
    end loop;
    return findings;
end;
$$;
comment on function app.find_written is
    'Contact details in a folded text that a reading of its words does not show.';
