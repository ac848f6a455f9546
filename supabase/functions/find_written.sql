-- Details whose letters matter, in a folded text: vanity numbers, postcodes, map codes, glued and reversed names.

create function app.find_written(folded text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- What no pattern below can do without. To look for signs and figures, or for words one by one, takes a hundredth
    -- of the time; of most messages that is all.
    vanity_shapes constant text :=
        '[0-9]{3}(?:[)]?[-.])?[a-z]{2}|[0-9]-[a-z]{2}-[0-9]|8(?:00|88|77|66|55|44|33) [a-z]{3}';
    spot_shapes constant text :=
        '[+][0-9a-z]{2}|[0-9][a-z]? [0-9][a-z]{2}|[0-9][.][0-9]{4}|///[a-z]'
        '|[ns] ?[0-9]{1,2}[^a-z0-9]{1,3}[0-9]{1,2}[^a-z]{1,13}[ew] ?[0-9]|(?:unit|flat) [0-9]';
    spot_words constant text[] :=
        '{%str _%,%str. _%,%strase _%,%strasse _%,%gasse _%,%weg _%,%allee _%,%platz _%,%damm _%'
        ',%postcode%,%post code%,%postal%,%woon%,%adres%,%o box%,%o. box%,%obox%,%o.box%}'::text[];
    -- at 38 larkspur close
    spot_endings constant text[] :=
        '{% close%,% bend%,% rise%,% gardens%,% green%,% row%,% walk%,% view%,% park%,% hill%,% mews%}'::text[];
    name_shapes constant text := '[a-z0-9][.][a-z]{2}|[0-9](?:[a-z][0-9]){3}|[0-9][.][0-9]{1,3}(?::[0-9]{2}|/)|(?:moc|ten|gro)[.].|line[^a-z .,;]';
    one_word constant text := '[a-z]{21}';
    name_words constant text[] :=
        '{%dotcom%,%dotnet%,%dotorg%,%dotbiz%,%dotinfo%,%dotco%,%dotio%,%dotshop%,%dotsite%,%www%,%u/%}'::text[];
    coded_shapes constant text := '[a-z]-[a-z]-[a-z]|[.-]{5}[ /|]';
    coded_words constant text[] :=
        '{% d0t %,%fivefive%,%zeroone%,%ohone%,%the gram%,%paper plane%,%ghost%,%bird%,%tt:%,%gamertag%,%psn%,%bizum%}'::text[];
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    part record;
    letters text;
begin
    if folded collate "C" !~ vanity_shapes and folded collate "C" !~ spot_shapes
        and folded collate "C" !~ name_shapes and folded collate "C" !~ coded_shapes
        and folded collate "C" not like all (spot_words) and folded collate "C" not like all (spot_endings)
        and folded collate "C" not like all (name_words) and folded collate "C" not like all (coded_words)
        and folded collate "C" !~ one_word and strpos(folded, 'keypad') = 0
        and octet_length(folded) = length(folded)
    then
        return findings;
    end if;

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
    begin
        if folded collate "C" ~ vanity_shapes or strpos(folded, 'keypad') > 0 then
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
        if folded collate "C" ~ spot_shapes or folded collate "C" like any (spot_words)
            or (folded collate "C" like any (spot_endings) and folded collate "C" ~ 'at [1-9]')
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
        if folded collate "C" like any (coded_words) or folded collate "C" ~ coded_shapes then
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
            folded collate "C" ~ name_shapes or folded collate "C" like any (name_words) or folded collate "C" ~ one_word
            or octet_length(folded) > length(folded)
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
end;
$$;
comment on function app.find_written is
    'Contact details in a folded text that a reading of its words does not show.';
