-- A telephone number in pieces: messages that hold little but digits, read together up to the last.

create function app.find_split_phones(reading text)
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    said constant text[] := string_to_array(reading, '`');
    -- digits alone, or with words that label them
    bare constant text := '^[^0-9A-Za-z]*(?:[0-9ot]+[^0-9A-Za-z]*)+$';
    labelled constant text := '[lNCHMYmyZI+]';
    ends integer := length(reading);
    digits text;
    together text := '';
    announced boolean := false;
    n integer := array_length(said, 1);
    piece text;
    spans integer[] := array[]::integer[];
    shape record;
begin
    while n > 0 loop
        -- last four, first six
        piece := regexp_replace(regexp_replace(said[n], '(?<=[lN] )K', 'l', 'g'), '(?<=l[ :])[1-9](?=[^0-9A-Za-z][0-9])', 't');
        digits := translate(regexp_replace(piece, '[^0-9o]', '', 'g'), 'o', '0');
        if digits = '' then
            exit when n = array_length(said, 1);
        elsif piece ~ '[KU$]|[0-9]~[A-Za-z]|[A-Za-z]~[0-9]|:[0-9]' or length(digits) > 9
            or not (piece ~ bare or (piece ~ labelled and regexp_count(piece, '[A-Za-z]') <= 6))
        then
            exit;
        else
            together := digits || together;
            announced := announced or piece ~ '[NClm+]';
            for shape in select l.* from app.locate(piece, '[0-9o][0-9ot ~./-]*[0-9o]|[0-9o]') as l loop
                spans := spans || array[
                    ends - length(said[n]) + shape.first_character, ends - length(said[n]) + shape.last_character
                ];
            end loop;
        end if;
        ends := ends - length(said[n]) - 1;
        n := n - 1;
        if together ~ '^1?[2-9][0-9]{2}[2-9][0-9]{6}$'
            or (announced and length(together) between 9 and 13 and together ~ '^[0+1-9]')
            or (length(together) between 10 and 12 and array_length(spans, 1) >= 16)
        then
            kind := 'phone';
            confidence := 0.8;
            reason := 'pieces';
            for place in 1 .. array_length(spans, 1) / 2 loop
                first_character := spans[2 * place - 1];
                last_character := spans[2 * place];
                return next;
            end loop;
            return;
        end if;
    end loop;
end;
$$;
comment on function app.find_split_phones is
    'The pieces of a telephone number that the last of several messages completes, in a reading of them all.';
