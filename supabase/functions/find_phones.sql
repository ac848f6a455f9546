-- Phone numbers: runs of digits in a reading, judged by their shape and by what is said of them.

create function app.find_phones(reading text, tokens text[])
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    sign constant text := '[^0-9A-Za-z]';
    -- figures, letters drawn like them, and between two of them words that sound like one
    run constant text :=
        '[0-9o]+(?:(?:[- ~.,/()*_|:"#=`?]|<(?=[0-9ot](?![0-9ot])))(?:t[- <~]){0,3}[0-9o]+)*(?:[ -]t(?![0-9A-Za-z]))?';
    -- how numbers are written where our users live: anywhere, with its country; North America;
    -- France; Britain, Germany, Italy, Pakistan; India; Mexico; Brazil; digit by digit
    known constant text :=
        '(?<![0-9o])(?:00[1-9][-0-9 .]{9,17}'
        '|(?:1[^0-9o]?)?[2-9o]~?[0-9o]~?[0-9o]~?[^0-9o]?[2-9o]~?[0-9o]~?[0-9o]~?[^0-9o]?[0-9o](?:~?[0-9o]){3}'
        '|0[1-9](?:[^0-9][0-9]{2}){4}'
        '|0[0-9]{2,4}[^0-9](?:[0-9]{3,4}[^0-9][0-9]{3,4}|[0-9]{6,8})'
        '|[6-9][0-9]{4}[^0-9][0-9]{5}'
        '|(?:33|5[56]|81)[^0-9][0-9]{4}[^0-9][0-9]{4}'
        '|[1-9]{2}[^0-9]9[0-9]{4}[^0-9][0-9]{4})(?![0-9o])';
    -- words that announce a number: call, phone, hit me up, whatsapp, backwards, gmail, reach
    announcing constant text := 'CNiAkGm';
    dated constant text :=
        '[0-9]:[0-9]{2}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}';
    priced constant text := '^[0-9]{1,3}(?:,[0-9]{3})*(?:[.][0-9]{2})?$';
    -- a part's number is not the number of a telephone
    numbered constant text := 'K.(?:[xzynI].){0,2}N';
    in_pieces constant text :=
        '(?<![0-9])[2-9][0-9]{2}(?:[^0-9;`](?:[A-Za-z]+[^0-9A-Za-z;`]){0,4}[2-9][0-9]{2}|,?[2-9][0-9]{2})'
        '(?:[^0-9;`](?:[A-Za-z]+[^0-9A-Za-z;`]){1,4}(?:[2-7][^0-9A-Za-z;])?|[^0-9A-Za-z;])[0-9]{4}(?![0-9])';
    part record;
    shape record;
    digits integer;
    spelled boolean;
    singly boolean;
    considered integer := 0;
    clause text;
    since text;
    following text;
    said boolean;
    said_after boolean;
    hinted boolean;
    denied boolean;
    first_token integer;
begin
    if length(reading) - length(translate(reading, '0123456789ot', '')) < 7 then
        return;
    end if;

    kind := 'phone';
    for part in select l.* from app.locate(reading, run) as l loop
        digits := length(part.matched) - length(translate(part.matched, '0123456789ot', ''));
        continue when digits < 7;
        if right(part.matched, 1) = 't' and part.matched !~ '[^0-9][0-9][ -]t$' then
            part.matched := left(part.matched, -2);
            part.last_character := part.last_character - 2;
        end if;
        considered := considered + 1;
        if length(part.matched) > 200 or considered > 32 then
            -- nobody reads that, and no pattern shall
            first_character := part.first_character;
            confidence := 0.6;
            reason := 'flood';
            last_character := case when considered > 32 then length(reading) else part.last_character end;
            return next;
            exit when considered > 32;
            continue;
        end if;

        clause := regexp_replace(
            reverse(split_part(translate(reverse(part.before), '`?', ';;'), ';', 1)), numbered, 'K', 'g'
        );
        following := regexp_replace(split_part(translate(left(part.after, 36), '?', ';'), ';', 1), numbered, 'K', 'g');
        -- a number inside a word is one only if the text says so
        continue when translate(part.matched, '0123456789o~', '') = ''
            and (
                right(part.before, 1) = '~' and length(part.before) > 1
                or left(part.after, 1) = '~' and length(part.after) > 1
            )
            and concat(clause, following) = translate(concat(clause, following), 'CNk', '')
            and concat(clause, following) not like '%n_M%';
        said_after := following <> translate(following, announcing, '') or following like '%n_M%';
        said := said_after or clause <> translate(clause, announcing, '') or clause like '%n_M%';
        hinted := strpos(clause, 'k') > 0 or strpos(left(part.after, 36), 'k') > 0;
        -- a part, and no word of a call since
        since := reverse(split_part(reverse(clause), 'K', 1));
        denied := (strpos(clause, 'K') > 0 and since = translate(since, 'CNkim', ''))
            or substr(part.after, 2, 1) = 'U'
            or (right(clause, 1) = '$' and part.matched ~ priced);

        if digits between 8 and 15 and right(part.before, 1) = '+' and substr(part.after, 2, 1) <> 'U'
            and strpos(part.matched, 'o') = 0 and part.matched not like '%._ %'
        then
            first_character := part.first_character;
            last_character := part.last_character;
            confidence := 1;
            reason := 'shape';
            return next;
            continue;
        end if;

        first_token := 1 + regexp_count(left(reading, part.first_character - 1), sign);
        spelled := array_to_string(
            tokens[first_token : first_token + regexp_count(part.matched, sign)], ' '
        ) ~ '[a-z]{3}';
        singly := length(part.matched) - 2 * digits between -3 and 0;
        shape := null;
        if not hinted or (said and not denied) then
            reason := 'shape';
            for shape in select l.* from app.locate(part.matched, known) as l loop
                first_character := part.first_character + shape.first_character - 1;
                last_character := part.first_character + shape.last_character - 1;
                confidence := case
                    when spelled then 0.9
                    when translate(shape.matched, '0123456789o', '') = '' then
                        case when said_after then 0.8 when denied then 0.1 else 0.6 end
                    when said then 0.9
                    when digits in (10, 11) and right(clause, 3) not like '%K%' and shape.matched ~ '^[1-9]' then 0.8
                    when denied then 0.3
                    else 0.7
                end;
                return next;
            end loop;
            continue when shape.matched is not null;
        end if;

        first_character := part.first_character;
        last_character := part.last_character;
        reason := case when hinted then 'disguised' when spelled then 'spelled' else 'announced' end;
        confidence := case
            when hinted and digits between 9 and 13 and (said or not denied) then 0.8
            when singly and digits between 10 and 13 and (said or not denied) then 0.8
            when spelled and digits >= 9 then 0.8
            when spelled and said then 0.6
            when denied and not said_after or part.matched ~ dated or length(part.matched) > 28 then 0.1
            when said then 0.6
            else 0.2
        end;
        return next;
    end loop;

    -- In pieces, with words between them: each piece is hidden.
    if length(reading) - length(translate(reading, '0123456789', '')) < 10 then
        return;
    end if;
    for part in select l.* from app.locate(reading, in_pieces) as l loop
        clause := concat(
            reverse(split_part(translate(reverse(part.before), '`?', ';;'), ';', 1)), part.matched, left(part.after, 30)
        );
        clause := regexp_replace(clause, numbered, 'K', 'g');
        continue when clause = translate(clause, 'CNkm', '') and clause not like '%n_M%';
        reason := 'pieces';
        confidence := 0.7;
        for shape in select l.* from app.locate(part.matched, '[0-9]{3,}(?:,[0-9]{3})?') as l loop
            first_character := part.first_character + shape.first_character - 1;
            last_character := part.first_character + shape.last_character - 1;
            return next;
        end loop;
    end loop;
end;
$$;
comment on function app.find_phones is
    'Phone numbers in a reading; below a confidence of 0.5 it is rather a part, a date or a price.';
