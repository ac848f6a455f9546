-- Phone numbers: runs of digits in a reading, judged by their shape and by what is said of them.

create function app.find_phones(reading text, marked text, is_told boolean)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- no run of seven figures can do without
    long_run constant text := '[0-9ot](?:[^0-9A-Za-z]{0,3}D?[^0-9A-Za-z]?[0-9ot]){6}';
    figures constant integer := length(reading) - length(translate(reading, '0123456789ot', ''));
    findings app.finding[] := array[]::app.finding[];
begin
    if figures < 7 or (figures < 9 and reading collate "C" !~ long_run) then
        return findings;
    end if;

    declare
        dated constant text :=
            '[0-9]:[0-9]{2}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}';
        -- a part's number is not the number of a telephone
        numbered constant text := 'K.(?:[xzynI].){0,2}N';
        -- words that announce a number: call, phone, hit me up, whatsapp, backwards, gmail, reach
        announcing constant text := 'CNiAkGm';
        lines constant text := '(?:^"|[?])[0-9](?= )';
        finding app.finding;
        any_spelled boolean;
        tokens text[];
        -- what is to be left out
        has_decoys constant boolean := marked like any (
            array['%ignor%', '%skip%', '%strip%', '%drop%', '%lose%', '%leave%', '%without%', '%minus%']
        ) and translate(marked, E'\x01\x02', '') collate "C" ~ (
            '(?:ignor(?:e|ing)|skip|strip|drop|lose|leave off|leave out|without|minus)'
            ' (?:the |all |my )?(?:letters?|words?|first|last|middle|cents|dashes|zero)'
        );
        is_hinted_anywhere boolean;
        written text;
        vehicles text;
        has_spaces boolean;
        is_plain boolean;
        is_announced boolean;
        may_be_known boolean;
        runs text[];
        matched text;
        before text;
        after text;
        part record;
        shape record;
        parted text;
        known text[];
        place integer := 1;
        counted integer := 1;
        words_before integer := 1;
        digits integer;
        is_spelled boolean;
        is_digit_by_digit boolean;
        considered integer := 0;
        sure real;
        clause text;
        since text;
        following text;
        is_said boolean;
        is_said_after boolean;
        is_asked_for boolean;
        is_hinted boolean;
        is_denied boolean;
        is_labelled boolean;
        is_list boolean;
        explained text;
        is_explained boolean;
    begin
        finding.kind := 'phone';
        if reading collate "C" ~ long_run then
            -- digits that are read and not written
            any_spelled := length(reading) - length(translate(reading, '0123456789', ''))
                > length(marked) - length(translate(marked, '0123456789', ''));
            if any_spelled then
                tokens := string_to_array(marked, E'\x01');
            end if;
            -- the telephone as a picture; to be read from its end
            is_hinted_anywhere := has_decoys
                or reading like any (array['%n_M~%', '%n_M;%', '%n_M"%', '%10 N%'])
                or marked <> translate(marked, '☎📞📱📲', '')
                or translate(marked, E'\x01\x02', '') like any (
                    array['%it rings%', '%right%to%left%', '%back%to%front%', '%end%to%start%', '%from the back%']
                );
            -- nothing announces a number, nor spells one, nor says how to read it
            is_plain := not (is_told or any_spelled or is_hinted_anywhere)
                and reading = translate(reading, announcing || 'D+', '') and reading not like '%n_M%';
            -- figures, letters drawn like them, and between two of them words that sound like one
            runs := string_to_array(
                regexp_replace(
                    reading collate "C",
                    '(?:(?:t[- <](?=[0-9ot][- <][0-9ot][- <]))*[0-9o]+)(?:'
                    '(?:~{1,3}|[ ]D[ ]|[- ~.,/()*_|:"#=`?]|<(?=[0-9ot]{1,2}(?![0-9ot]))|;(?=[0-9] [0-9]))(?:t[- <~]){0,3}[0-9o]+)*(?:[ -]t(?![0-9A-Za-z])){0,4}',
                    E'\x01\\&\x02', 'g'
                ),
                E'\x01'
            );
            after := runs[1];
        end if;
        for n in 2 .. coalesce(cardinality(runs), 0) loop
            place := place + length(after);
            matched := split_part(runs[n], E'\x02', 1);
            after := split_part(runs[n], E'\x02', 2);
            digits := length(matched) - length(translate(matched, '0123456789ot', ''));
            if digits < 7 then
                place := place + length(matched);
                continue;
            end if;
            finding.first_character := place;
            place := place + length(matched);
            if right(matched, 1) = 't' and matched collate "C" !~ '[^0-9][0-9o](?:[ -]t)+$' then
                matched := rtrim(matched, ' -t');
            end if;
            finding.last_character := finding.first_character + length(matched) - 1;
            considered := considered + 1;
            if length(matched) > 200 or considered > 32 then
                -- nobody reads that, and no pattern shall
                finding.confidence := 0.6;
                finding.reason := 'flood';
                if considered > 32 then
                    finding.last_character := length(reading);
                end if;
                findings := findings || finding;
                exit when considered > 32;
                continue;
            end if;
            -- of the known shapes none is shorter, or has no two figures together
            may_be_known := digits >= 10
                or (digits >= 8 and strpos(matched, '0') > 0 and translate(matched, '123456789', '000000000') like '%00%');
            continue when is_plain and not may_be_known;

            before := substr(
                reading, greatest(1, finding.first_character - 60), least(60, finding.first_character - 1)
            );
            clause := reverse(split_part(translate(reverse(before), '`?', ';;'), ';', 1));
            following := split_part(translate(left(after, 36), '?', ';'), ';', 1);
            -- invoice no. 123; area code 415; booking id 123
            if right(before, 1) = ';' and right(before, 4) in ('K Z;', 'K F;', 'N Z;', 'K N;') then
                clause := reverse(split_part(translate(reverse(left(before, -1)), '`?', ';;'), ';', 1));
            end if;
            clause := replace(clause, 'L#', 'K#');
            clause := replace(replace(replace(replace(clause, 'o/s', 'K'), 'N K', 'N N'), 'L a', 'L K'), 'L N', 'L K');
            if strpos(clause, 'N') > 0 then
                clause := regexp_replace(clause collate "C", numbered, 'K', 'g');
            end if;
            if strpos(following, 'N') > 0 then
                following := regexp_replace(following collate "C", numbered, 'K', 'g');
            end if;
            -- what explains it may also follow: 4213550177 in the catalogue
            explained := split_part(following, 'K', 1);
            is_explained := explained <> following and explained = translate(explained, announcing, '')
                and following = translate(following, 'CNk', '');
            following := case when is_explained then explained else following end;
            is_said_after := following <> translate(following, announcing, '') or following like '%n_M%';
            is_said := is_said_after or clause <> translate(clause, announcing, '') or clause like '%n_M%';
            is_hinted := is_hinted_anywhere or strpos(clause, 'k') > 0 or strpos(left(after, 60), 'k') > 0;
            is_announced := is_told or any_spelled or is_hinted or is_said or strpos(matched, 'D') > 0
                or right(before, 1) = '+';
            continue when not (is_announced or may_be_known);

            if right(before, 1) = '~' or left(after, 1) = '~' then
                is_asked_for := concat(clause, following) <> translate(concat(clause, following), 'CNk', '');
                if written is null then
                    written := translate(marked, E'\x01\x02\x04', '');
                    vehicles := coalesce(
                        (
                            select string_agg(v.vin[1], ' ')
                            from regexp_matches(written collate "C", '(?<![a-z0-9])[a-z0-9]{17}(?![a-z0-9])', 'g') as v (vin)
                            where app.is_vin(v.vin[1])
                        ),
                        ''
                    );
                    -- Chinese and Japanese put no space between a word and a number
                    has_spaces := octet_length(written) = length(written) or written collate "C" !~ '[\u3040-\udfff]';
                end if;
                -- A number inside a word is one only if the text says so, and the word is no vehicle's: a wrong check digit
                -- and "call" make a vehicle's number a telephone's.
                if has_spaces and translate(matched, '0123456789o~', '') = ''
                    and (right(before, 1) = '~' and length(before) > 1 or left(after, 1) = '~' and length(after) > 1)
                then
                    continue when not is_asked_for and concat(clause, following) not like '%n_M%' and not has_decoys;
                    continue when strpos(vehicles, matched) > 0;
                end if;
                continue when not is_asked_for and right(before, 1) = '~' and left(matched, 1) between '0' and ':'
                    and substr(
                        written,
                        strpos(written, split_part(translate(matched, ' ~.,/()*_|:"#=`?<-', '          '), ' ', 1)) - 1,
                        1
                    ) collate "C" between 'a' and 'z';
            end if;
            -- a part, and no word of a call since
            since := reverse(split_part(reverse(clause), 'K', 1));
            is_denied := (strpos(clause, 'K') > 0 and since = translate(since, 'CNkim', ''))
                or substr(after, 2, 1) = 'U'
                or (is_explained and right(before, 1) <> '+' and clause = translate(clause, 'CNk', ''))
                or (right(clause, 1) = '$' and matched collate "C" ~ '^[0-9]{1,3}(?:,[0-9]{3})*(?:[.][0-9]{2})?$');

            -- part 123; case id 123; tag number is 123
            is_labelled := right(clause, 3) like '%K%'
                or (strpos(clause, 'K') > 0 and translate(since, 'aNZ#yn :.-', '') = '');

            if digits between 8 and 15 and right(before, 1) = '+' and substr(after, 2, 1) <> 'U'
                and strpos(matched, 'o') = 0 and matched not like '%._ %'
            then
                finding.confidence := 1;
                finding.reason := 'shape';
                findings := findings || finding;
                continue;
            end if;

            -- compression one seventy, one sixty five; no number ends in three figures behind a comma
            is_list := is_denied and not is_hinted and not is_said_after and strpos(matched, '<') > 0
                and translate(matched, ' ~-', '') collate "C" !~ '(?:^|<)[0-9ot]{4,}(?:<|$)';
            is_spelled := false;
            if any_spelled then
                words_before := words_before + regexp_count(
                    substr(reading, counted, finding.first_character - counted) collate "C", '[^0-9A-Za-z]'
                );
                counted := finding.first_character;
                -- one word among digits is none of them: the older one 1 5 4 2
                is_spelled := regexp_count(
                    array_to_string(tokens[words_before : words_before + length(matched) - digits], ' ') collate "C", '[a-z]{3}'
                ) > 1;
            end if;
            is_digit_by_digit := length(matched) - 2 * digits between -3 and 0;
            if may_be_known and (not is_hinted or (is_said and not is_denied)) then
                -- how numbers are written where our users live, each where the first figures or the groups of it stand
                parted := '-' || translate(matched, ' ~.,/()*_|:"#=`?<;D', repeat('-', 19));
                known := array_remove(array[
                    -- North America
                    case when digits >= 10 then
                        '(?<![0-9o])(?:1[^0-9o]?)?[2-9o]~?[0-9o]~?[0-9o]~?[^0-9o]?[2-9o]~?[0-9o]~?[0-9o]~?[^0-9o]?[0-9o](?:~?[0-9o]){3}(?![0-9o])'
                    end,
                    -- anywhere, with its country; France; Britain, Germany, Italy, Pakistan, the Netherlands
                    case when parted like any ('{%-00%,%-01%,%-02%,%-03%,%-04%,%-05%,%-06%,%-07%,%-08%,%-09%}'::text[]) then
                        '(?<![0-9o])(?:0[1-9][0-9]{1,3}[-/ ][0-9]{3,6}(?:[- ][0-9]{2,4}){1,2}|00[1-9][-0-9 .]{9,17}'
                        '|0[1-9][^0-9][0-9]{4}[^0-9]?[0-9]{4}|0[1-9](?:[^0-9][0-9]{2}){4}'
                        '|0[0-9]{2,4}[^.0-9](?:[0-9]{3,4}[^0-9][0-9]{3,4}|[0-9]{6,8}))(?![0-9o])'
                    end,
                    -- China
                    case when strpos(parted, '-1') > 0 then
                        '(?<![0-9o])(?:1[3-9][0-9]{9}|1[3-9][0-9][^0-9][0-9]{4}[^0-9][0-9]{4})(?![0-9o])'
                    end,
                    -- India; Mexico; Brazil
                    case when translate(parted, '123456789', '000000000')
                        like any ('{%-00000-00000%,%-00-0000-0000%,%-00-00000-0000%}'::text[]) then
                        '(?<![0-9o])(?:[6-9][0-9]{4}[^-0-9][0-9]{5}|(?:33|5[56]|81)[^0-9][0-9]{4}[^0-9][0-9]{4}'
                        '|[1-9]{2}[^0-9]9[0-9]{4}[^0-9][0-9]{4})(?![0-9o])'
                    end
                ], null);
                if matched collate "C" ~ any(known) then
                    for shape in select l.* from app.locate(matched, variadic known) as l loop
                        sure := case
                            when is_told and digits between 9 and 13 and matched collate "C" !~ dated then 0.7
                            when is_list then 0.3
                            when is_spelled then 0.9
                            when translate(shape.matched, '0123456789o', '') = '' then
                                case when is_said_after then 0.8 when is_denied then 0.1 else 0.6 end
                            when is_said then 0.9
                            when digits in (10, 11) and not is_labelled
                                and shape.matched collate "C" between '1' and ':' then 0.8
                            when is_denied then 0.3
                            else 0.7
                        end;
                        continue when sure < 0.5;
                        -- longer than any number; prices in a list
                        continue when not is_said and not is_spelled and (
                            (digits > 15 and translate(matched, '0123456789', '') = '')
                            or matched collate "C" ~ '[0-9][.][0-9]{2}[<=]'
                        );
                        findings := findings || row(
                            null,
                            'phone',
                            finding.first_character + shape.first_character - 1,
                            finding.first_character + shape.last_character - 1,
                            sure,
                            'shape',
                            null
                        )::app.finding;
                    end loop;
                    continue;
                end if;
            end if;
            continue when not is_announced and (digits < 10 or not is_digit_by_digit);

            finding.reason := case when is_hinted then 'disguised' when is_spelled then 'spelled' else 'announced' end;
            finding.confidence := case
                when is_told and digits between 9 and 13 and matched collate "C" !~ dated then 0.6
                when is_list then 0.1
                when is_hinted and digits between 9 and 13 and (is_said or not is_denied or digits = 10) then 0.8
                when is_digit_by_digit and digits between 10 and 13
                    and (is_said or not is_denied or matched collate "C" ~ '^[0-9](?:[.][0-9]){9,10}$') then 0.8
                when (is_spelled or strpos(matched, 'D') > 0) and digits >= 9 then 0.8
                when is_spelled and is_digit_by_digit and matched !~ '^[01] [12] [23]' then 0.6
                when is_spelled and is_said then 0.6
                when is_denied and not is_said_after or matched collate "C" ~ dated or length(matched) > 28 then 0.1
                -- 14.1, 14.3, 14.2; longer than any number
                when matched collate "C" ~ '^[0-9]{1,3}[.][0-9]{1,2}(?:[-< ]+[0-9]{1,3}[.][0-9]{1,2})+$'
                    or digits > 13 and not is_spelled and not is_hinted then 0.1
                when is_said then 0.6
                else 0.2
            end;
            if finding.confidence >= 0.5 then
                findings := findings || finding;
            end if;
        end loop;

        -- Begins with, then, ends with; the prefix, and the rest; ten lines, each of which begins with a figure.
        if cardinality(findings) = 0 and figures > 8 then
            if reading <> translate(reading, 'Nkl', '') then
                findings := (app.find_split_phones(reading, true)).findings;
            end if;
            if strpos(reading, '?') > 0 and regexp_count(reading collate "C", lines) between 8 and 10 then
                for shape in select l.* from app.locate(reading, lines) as l loop
                    findings := findings || row(
                        null, 'phone', shape.last_character, shape.last_character, 0.7, 'pieces', null
                    )::app.finding;
                end loop;
            end if;
        end if;

        -- Seven wrenches, no bolts, two jacks: ten figures, a word after each. Three prices, and one begins with a zero.
        if strpos(reading, '$0') > 0
            or (
                figures between 10 and 14 and length(reading) > 25
                and strpos(translate(reading, '123456789', '000000000'), '00') = 0
                -- nine of them with a space or a comma behind
                and translate(reading, '123456789,<', '000000000  ') like '%0 %0 %0 %0 %0 %0 %0 %0 %0 %'
            )
        then
            for part in
                select l.*
                from app.locate(
                    reading,
                    case when strpos(reading, '$0') > 0 then
                        '[0-9]{3}[^0-9;$]{1,12}[$][0-9]{3}[^0-9;$]{1,12}[$]0[0-9][.][0-9]{2}'
                    else
                        '(?<![0-9A-Za-z])(?:[0-9](?: [A-Za-z]{1,2}(?:[ ,<]|<nz |[ <]n )|[ ,<])){9}[0-9](?![0-9A-Za-z~])'
                    end
                ) as l
            loop
                continue when length(part.matched) - length(translate(part.matched, '0123456789', '')) <> 10;
                findings := findings
                    || row(null, 'phone', part.first_character, part.last_character, 0.7, 'disguised', null)::app.finding;
            end loop;
        end if;

        -- In pieces, with words between them: each piece is hidden.
        if figures < 10 or translate(reading, '123456789', '000000000') not like '%000%000%0000%'
            or (reading = translate(reading, 'CNkm', '') and reading not like '%n_M%' and not has_decoys) then
            return findings;
        end if;
        for part in
            select l.*
            from app.locate(
                reading,
                -- not idle @ 680
                '(?<!z@)(?<![0-9])[2-9][0-9]{2}(?:[^0-9;`](?:[A-Za-z]+[^0-9A-Za-z;`]){0,4}[2-9][0-9]{2}|,?[2-9][0-9]{2})'
                '(?:[^0-9;`](?:[A-Za-z]+[^0-9A-Za-z;`]){1,4}(?:[2-7][^0-9A-Za-z;])?|[^0-9A-Za-z;])[0-9]{4}(?![0-9])'
            ) as l
        loop
            clause := concat(
                reverse(split_part(translate(reverse(part.before), '`?', ';;'), ';', 1)), part.matched, left(part.after, 30)
            );
            clause := regexp_replace(clause collate "C", numbered, 'K', 'g');
            continue when clause = translate(clause, 'CNkm', '') and clause not like '%n_M%' and not has_decoys;
            finding.reason := 'pieces';
            finding.confidence := 0.7;
            for shape in select l.* from app.locate(part.matched, '[0-9]{3,}(?:,[0-9]{3})?') as l loop
                finding.first_character := part.first_character + shape.first_character - 1;
                finding.last_character := part.first_character + shape.last_character - 1;
                findings := findings || finding;
            end loop;
        end loop;
        return findings;
    end;
end;
$$;
comment on function app.find_phones is
    'Phone numbers in a reading; what is rather a part, a date or a price is none. is_told: the wording tells a '
    'detail, so nine figures and more are one, whatever the text calls them.';
