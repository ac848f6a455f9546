-- Details whose letters matter, in a folded text: vanity numbers, postcodes, map codes, glued and reversed names.

create function app.find_written(folded text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- Letters as a, figures as 0: here each sort of detail shows signs without which its pattern cannot match. To look
    -- for these takes a hundredth of the time that it takes to compile the pattern; of most messages it is all.
    shape constant text := translate(
        folded, 'bcdefghijklmnopqrstuvwxyz123456789', repeat('a', 25) || repeat('0', 9)
    );
    vanity constant text[] := array_remove(array[
        -- 1-800-fix-cars, 415-555-mech
        case when folded like '%keypad%'
            or shape like any ('{%000aa%,%000-aa%,%000.aa%,%000)-aa%,%000).aa%,%0-aa-0%}'::text[])
            or folded like any ('{"%800 ___%","%888 ___%","%877 ___%","%866 ___%","%855 ___%","%844 ___%","%833 ___%"}'::text[]) then
            app.compose_pattern(
                '%{before}(?:1[- .])?(?:[(]?8(?:00|88|77|66|55|44|33)[)]?[- .]?|[(]?[2-9][0-9]{2}[)]?[-.]?)'
                '(?:[a-z]{2,4}[- .][a-z]{3,6}|[a-z]{3}[-. ][0-9]{4}|[0-9]{3}[- .]?[a-z]{4}|[a-z]{7})%{after}'
            )
        end
    ], null);
    spots constant text[] := array_remove(array[
        -- 27 kingsway, b11 2le
        case when shape like any ('{"%0 0aa%","%0a 0aa%"}'::text[]) then
            app.compose_pattern(
                '%{before}(?:(?:unit |flat |no )?[0-9]{1,4}[a-d]?,? (?:[a-z]+,? ){1,4}'
                '|(?:unit|flat) [0-9]{1,4}[a-d]?,? |[0-9]{1,4}, )[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}%{after}'
            )
        end,
        -- 868r6fcp+cw
        case when shape like any ('{%0+0%,%0+a%,%a+0%,%a+a%}'::text[]) then
            app.compose_pattern(
                '%{before}[2-9cfghjmpqrvwx]{4,8}[+][2-9cfghjmpqrvwx]{2,3},?(?: [a-z]{3,})?%{after}'
            )
        end,
        -- lindenstrasse 12
        case when folded like any (
            '{"%str _%","%str. _%","%strase _%","%strasse _%","%gasse _%","%weg _%","%allee _%","%platz _%","%damm _%"}'::text[]
        ) then
            app.compose_pattern(
                '%{before}[a-z]{3,}(?:strass?e|str[.]?|gasse|weg|allee|platz|damm) [0-9]{1,4}[a-z]?%{after}'
            )
        end,
        -- at 38 larkspur close
        case when folded like '%at _% %' and folded like any (
            '{"% close%","% bend%","% rise%","% gardens%","% green%","% row%","% walk%","% view%","% park%","% hill%","% mews%"}'::text[]
        ) then
            app.compose_pattern(
                '(?<=[^a-z0-9]at )[1-9][0-9]{0,3}[a-d]? [a-z]{4,} '
                '(?:close|bend|rise|gardens|green|row|walk|view|park|hill|mews)%{after}'
            )
        end,
        -- n 36 44.3 w 119 47.2
        case when translate(folded, '123456789ew', '000000000ww') like any (
            '{"%n 0%w 0%","%n 0%w0%","%n0%w 0%","%n0%w0%","%s 0%w 0%","%s 0%w0%","%s0%w 0%","%s0%w0%"}'::text[]
        ) then
            app.compose_pattern(
                '%{before}[ns] ?[0-9]{1,2}[^a-z0-9]{1,3}[0-9]{1,2}[^a-z]{1,12} ?'
                '[ew] ?[0-9]{1,3}[^a-z0-9]{1,3}[0-9]{1,2}[^a-z ]{0,8}%{after}'
            )
        end,
        case when shape like '%///a%' then app.compose_pattern('/{3}[a-z]+[.][a-z]+[.][a-z]+%{after}') end,
        -- 36.7378, -119.7871
        case when shape like '%0.0000%,%0.0000%' then
            app.compose_pattern('%{before}-?[0-9]{1,2}[.][0-9]{4,} ?, ?-?[0-9]{1,3}[.][0-9]{4,}%{after}')
        end,
        case when folded like any ('{%postcode%,"%post code%","%postal code%",%eircode%}'::text[]) then
            app.compose_pattern(
                '%{before}(?:post ?code|postal code|eircode)(?:.s| is)?:? [a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}'
                '%{after}'
            )
        end,
        case when folded like any ('{%woon%,%adres%,%huis%}'::text[]) then
            app.compose_pattern(
                '%{before}(?:woon|adres|huis)[a-z]*(?: op| is|:)? [1-9][0-9]{3} ?[a-z]{2} [0-9]{1,4}%{after}'
            )
        end,
        case when folded like '%p%o%box _%' then app.compose_pattern('%{before}p[. ]*o[. ]* ?box [0-9]+%{after}') end
    ], null);
    coded constant text[] := array_remove(array[
        -- nineonesix fivefivefive ...
        case when folded like any ('{%fivefive%,%zeroone%,%ohone%}'::text[]) then
            app.compose_pattern('%{before}(?:%{figure}{2,}[ .,-]*){3,}%{after}')
        end,
        -- j-o at e-x dot c-o-m
        case when shape like '%a-a%' and folded like any ('{"% at %-%","% a t %-%"}'::text[]) then
            app.compose_pattern(
                '%{before}(?:[a-z0-9](?:[-_.][a-z0-9])+|[a-z0-9._-]+)(?: at | a t )'
                '[a-z0-9](?:-[a-z0-9])+(?: dot | d o t )[a-z](?:-[a-z])+%{after}'
            )
        end,
        -- jo at example d0t com
        case when folded like '% d0t %' then app.compose_pattern(
            '%{before}[a-z0-9._-]+ at [a-z0-9-]+ d0t [a-z]{2,}%{after}'
        ) end,
        -- Morse
        case when translate(folded, '._', '--') like any ('{"%----- %",%-----/%,%-----|%}'::text[]) then
            app.compose_pattern('(?:[.-]{5}[ /|]+){6,}[.-]{5}%{after}')
        end,
        -- the gram knows me as jo.fixes
        case when folded like any (
            '{"%the gram%","%paper plane%",%ghost%,%bird%,%tt:%,%gamertag%,%psn%,%bizum%}'::text[]
        ) then
            app.compose_pattern(
                '%{before}%{elsewhere}(?:[^a-z0-9.;?!]+| (?:as|is|me|knows|im|one|name)){0,5}[a-z0-9_-]{2,}'
                '(?:[._][a-z0-9_]+)+%{after}'
            )
        end
    ], null);
    names constant text[] := array_remove(array[
        -- joatexampledotcom
        case when folded like any (
            '{%dotcom%,%dotnet%,%dotorg%,%dotbiz%,%dotinfo%,%dotco%,%dotio%,%dotshop%,%dotsite%}'::text[]
        ) then
            app.compose_pattern(
                '%{before}(?:[a-z0-9._-]+ (?:at|@) )?[a-z0-9-]{3,}dot(?:com|net|org|biz|info|co|io|shop'
                '|site)%{after}'
            )
        end,
        case when folded like '%www%' then
            app.compose_pattern('%{before}www[. ]+[a-z0-9-]+(?: ?[.] ?[a-z0-9-]+| (?:com|net|org))+%{after}')
        end,
        -- a town's or a trade's own ending of a name
        case when shape like any ('{%a.aa%,%0.aa%}'::text[]) then
            app.compose_pattern(
                '%{before}[a-z0-9-]{3,}(?:[.][a-z0-9-]{2,})*[.](?:de|nl|ch|cc|tv|se|dk|cz|jp|kr|cn|za|nz|ie|garage'
                '|repair|shop|cars|autos?|online|site|store|services?|me/[^\s]+)(?![a-z0-9])'
                '(?:/[^\s]*[a-z0-9/_=-])?%{after}'
            )
        end,
        case when shape like any ('{%0.0%.0%.0%:00%,%0.0%.0%.0%/%}'::text[]) then
            app.compose_pattern('%{before}[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?::[0-9]{2,5}|/[a-z0-9/_.-]+)%{after}')
        end,
        -- a figure behind each letter, or behind each two
        case when shape like '%0a0a0a0%' then
            app.compose_pattern('%{before}(?:(?:[0-9][a-z]{1,2}){8,12}[0-9]|[a-z](?:[0-9][a-z]){10})%{after}')
        end,
        case when folded like '%u/%' then app.compose_pattern('%{before}u/[a-z0-9_-]{5,}%{after}') end,
        case when folded like '%t.me/%' then app.compose_pattern('%{before}t[.]me/[^\s]+%{after}') end,
        case when octet_length(folded) > length(folded) or folded like any ('{%line:%,%line=%,%line-%,%line/%,%line\\_%,"%line(%"}'::text[]) then
            case when folded like any ('{%微信%,%wechat%,%line%,%ライン%,%카톡%,%telegram%,%qq%}'::text[]) then
                app.compose_pattern(
                    '%{before}(?:微信|wechat|line|ライン|카톡|telegram|qq)[^a-z0-9 .,;]{0,4}[: ]{0,2}[a-z0-9]+[._-][a-z0-9'
                    '._-]{3,}%{after}'
                )
            end
        end,
        -- threesevenone...
        case when shape like '%aaaaaaaaaaaaaaaaaaaaa%' then app.compose_pattern('%{before}%{figure}{7,}%{after}') end,
        -- moc.liamg@oj
        case when folded like any ('{%moc._%,%ten._%,%gro._%}'::text[]) then
            app.compose_pattern('%{before}(?:moc|ten|gro)[.][a-z0-9-]+(?:[@.][a-z0-9._-]+)?%{after}')
        end
    ], null);
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    part record;
    letters text;
begin
    if vanity <> '{}' then
        for part in select l.* from app.locate(folded, variadic vanity) as l loop
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
    if spots <> '{}' then
        for part in select l.* from app.locate(folded, variadic spots) as l loop
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
    if coded <> '{}' then
        for part in select l.* from app.locate(folded, variadic coded) as l loop
            finding.first_character := part.first_character;
            finding.last_character := part.last_character;
            if part.matched collate "C" ~ '^[.-]{5}[ /|]' then
                finding.kind := 'phone';
                finding.reason := 'disguised';
            elsif part.matched collate "C" ~ app.compose_pattern('^%{elsewhere}') then
                finding.kind := 'handle';
                finding.reason := 'account';
                finding.first_character := part.last_character + 1
                    - length(substring(part.matched from '[a-z0-9._-]*$'));
            elsif part.matched collate "C" ~ ' (?:at|a t) ' then
                finding.kind := 'email';
                finding.reason := 'glued';
            else
                continue when regexp_count(part.matched collate "C", app.compose_pattern('%{figure}')) < 7;
                finding.kind := 'phone';
                finding.reason := 'spelled';
                finding.last_character := part.first_character - 1 + length(rtrim(part.matched, ' .,-'));
            end if;
            findings := findings || finding;
        end loop;
    end if;

    if names <> '{}' then
        for part in select l.* from app.locate(folded, variadic names) as l loop
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
    end if;
    return findings;
end;
$$;
comment on function app.find_written is
    'Contact details in a folded text that a reading of its words does not show.';
