-- A telephone number in pieces: messages that hold little but digits, read together up to the last.

create function app.find_split_phones(reading text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    said constant text[] := string_to_array(reading, '`');
    -- digits alone, or with words that label them
    labelling constant text := 'lNCHMYmyZI+';
    ends integer := length(reading);
    together text := '';
    announced boolean := false;
    n integer := array_length(said, 1);
    piece text;
    letters integer;
    spans integer[] := array[]::integer[];
    shape record;
begin
    while n > 0 loop
        -- last four, first six
        piece := replace(replace(said[n], 'l K', 'l l'), 'N K', 'N l');
        if strpos(piece, 'l ') > 0 or strpos(piece, 'l:') > 0 then
            piece := regexp_replace(piece collate "C", '(?<=l[ :])[1-9](?=[^0-9A-Za-z][0-9])', 't');
        end if;
        letters := regexp_count(piece collate "C", '[A-Za-np-su-z]');
        if piece = translate(piece, '0123456789o', '') then
            exit when n = array_length(said, 1);
        elsif piece <> translate(piece, 'KU$', '')
            or length(piece) - length(translate(piece, '0123456789o', '')) > 9
            or piece collate "C" ~ '[0-9]~[A-Za-z]|[A-Za-z]~[0-9]|:[0-9]'
            or (letters > 0 and (letters > 6 or piece = translate(piece, labelling, '')))
        then
            exit;
        else
            together := translate(regexp_replace(piece collate "C", '[^0-9o]+', '', 'g'), 'o', '0') || together;
            announced := announced or piece <> translate(piece, 'NClm+', '');
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
            finding.kind := 'phone';
            finding.confidence := 0.8;
            finding.reason := 'pieces';
            for place in 1 .. array_length(spans, 1) / 2 loop
                finding.first_character := spans[2 * place - 1];
                finding.last_character := spans[2 * place];
                findings := findings || finding;
            end loop;
            return findings;
        end if;
    end loop;
    return findings;
end;
$$;
comment on function app.find_split_phones is
    'The pieces of a telephone number that the last of several messages completes, in a reading of them all.';
