-- A telephone number in pieces: groups of digits in several messages, with ordinary talk around and between them.

create function app.find_split_phones(
    reading text, is_one_message boolean default false, out findings app.finding[], out is_piece boolean
)
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- figures with one sign between them, and "double", "for" where they are heard as digits
    run constant text := '[0-9o]+(?:~{0,2}[- ~.,/()*_|:"#=?<](?:t[- <~])*[0-9o]+)*';
    -- what stands before a part's number
    named constant text := '(?:[KL][^0-9A-Za-z;<?](?:[A-Za-z]{1,2}[^0-9A-Za-z;<?]){0,2})$';
    -- a group stands at the beginning of a clause, or behind words that join or announce it
    apart constant text :=
        '(?:^"?(?:[A-Za-z]{1,2} ){0,2}|(?:^|[;<?:"(=])(?:[^0-9A-Za-z]?(?:nz|[ZnlytNIRgMCwYiEkmF])[^0-9A-Za-z;<]{1,2}){0,4}[^0-9A-Za-z]?)$';
    -- decimals, dates, thousands, fractions, B1342
    dated constant text :=
        '[0-9][.][0-9](?:[^0-9]|$)|^(?:[0-9]{1,2}[.][0-9]{1,3}|[0-9]{3}[.][0-9]{1,2}|[0-9]{1,3},[0-9]{1,3}|[0-9]{1,3}/[0-9]{1,3}|[0-9]{1,2}-[0-9]{1,2}'
        || '|[0-9]{1,2}([-./])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{1,2}:[0-9]{2})$|o~[0-9]|[0-9]~o';
    dated_signs constant text[] := '{%.%,"%,%",%/%,%:%,%o~%,%~o%,_-_,__-_,_-__,__-__,%-%-%}'::text[];
    label constant text := '[Nl](?:[^0-9A-Za-z;]{1,2}[a-zIRWYVxz0-9]{1,2}){0,2}[^0-9A-Za-z;]{1,2}$';
    -- last 4, first three: how many follow
    counting constant text :=
        '(?<=l[ :])(?:[1-9](?=[^0-9A-Za-z]+[0-9]{2})|3(?=(?:[^0-9A-Za-z]+[0-9o]){3}(?![^0-9A-Za-z]?[0-9o]))'
        || '|4(?=(?:[^0-9A-Za-z]+[0-9o]){4}(?![^0-9A-Za-z]?[0-9o])))';
    -- North America's, of which a piece ends after three or six figures; Europe's and India's, with the zero
    american constant text :=
        '^(?:1-?)?[2-9](?:-?[0-9]){2}(?:-[2-9](?:-?[0-9]){2}-[0-9](?:-?[0-9]){3}|-[2-9][0-9]{6}|[2-9][0-9]{2}-[0-9](?:-?[0-9]){3})$';
    grouped constant text := '^(?:1-)?[0-9]{3}-?[0-9]{3}-?(?:[0-9]{4}|[0-9]{2}-[0-9]{2})$';
    elsewhere constant text := '^0[1-9][0-9]{0,3}-[0-9]{2,6}(?:-[0-9]{2,6}){0,4}$';
    in_pairs constant text := '^[1-9][0-9]-(?:[0-9]{2}-|[0-9]{4}-){1,3}[0-9]{2}(?:[0-9]{2})?$';
    -- a message on its own is read clause by clause
    said constant text[] := string_to_array(
        case when is_one_message then translate(reading, ';<', '``') else reading end, '`'
    );
    ends integer := length(reading);
    piece text;
    letters integer;
    labelled integer := 0;
    pieces integer := 0;
    between integer := 0;
    announced boolean := false;
    -- backwards, keypad
    is_hinted constant boolean := strpos(reading, 'k') > 0;
    is_told boolean;
    is_labelled boolean;
    has_label boolean;
    is_pure boolean := true;
    is_price boolean;
    part record;
    near text;
    figures text;
    whole text;
    parted text;
    last_figures text;
    -- the groups, all of them and the last of each message
    together text[] := array['', ''];
    -- the same, a group that is said figure by figure as one
    coarse text[] := array['', ''];
    coarse_here text;
    coarse_last text;
    counted integer;
    here integer[];
    spans integer[] := array[]::integer[];
    last_spans integer[] := array[]::integer[];
    chosen integer[];
begin
    findings := array[]::app.finding[];
    for n in reverse cardinality(said) .. 1 loop
        piece := said[n];
        ends := ends - length(piece);
        here := array[]::integer[];
        whole := '';
        coarse_here := '';
        if piece <> translate(piece, '0123456789o', '') then
            piece := replace(replace(piece, 'l K', 'l l'), 'N K', 'N l');
            if translate(piece, '12345678', '99999999') like any (array['%l 9%', '%l:9%']) then
                piece := regexp_replace(piece collate "C", counting, 't');
            end if;
            letters := length(piece)
                    - length(translate(piece, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnpqrsuvwxyz', ''));
            is_told := false;
            is_labelled := false;
            for part in select l.* from app.locate(piece, run) as l loop
                figures := translate(part.matched, 'ot- ~.,/()*_|:"#=?<', '0');
                -- no price begins with a zero
                -- no pattern where its letters are not: those of these stand near
                near := right(part.before, 11);
                has_label := near <> translate(near, 'Nl', '') and part.before collate "C" ~ label;
                is_price := right(part.before, 1) = '$' and left(part.matched, 2) collate "C" not between '00' and '09';
                continue when part.matched = translate(part.matched, '0123456789', '')
                    or length(figures) > 10
                    -- a reading, a price, a time; a letter that is glued to it
                    or left(part.after, 1) in (':', '/', '%', '$', 'U')
                    or substr(part.after, 2, 1) in ('U', '%', '$')
                    or (left(part.after, 1) = '~' and substr(part.after, 2, 1) collate "C" between 'A' and 'z')
                    or letters > 1 and not (is_one_message and reading <> translate(reading, 'Nk', ''))
                        and near <> translate(near, 'KL', '') and part.before collate "C" ~ named
                    or right(part.before, 1) in ('#', '.', '@', '^')
                    or (right(part.before, 1) = '~' and left(right(part.before, 2), 1) collate "C" between 'A' and 'z')
                    or part.before like '%~_ ' or part.before like '%~_-'
                    or is_price and strpos(reading, '$0') = 0
                    or (part.matched <> figures and part.matched like any (dated_signs) and part.matched collate "C" ~ dated);
                continue when right(part.before, 1) <> '$' and not has_label and (
                    (letters > 3 and not (
                        (length(part.before) < 24 or right(part.before, 24) <> translate(right(part.before, 24), ';<?:"(=', ''))
                        and part.before collate "C" ~ apart
                    ))
                    -- one of them; the 2014 model
                    or (length(figures) = 1 and letters > 1)
                    or (
                        letters > 0 and length(figures) = 4 and figures = part.matched
                        and (figures between '1950' and '2039' or figures >= '1000' and right(figures, 2) = '00')
                    )
                );
                has_label := has_label or (strpos(part.after, 'l') > 0 and part.after collate "C" ~ '^[- <,]+(?:[a-z] )?l');
                is_labelled := is_labelled or has_label;
                is_told := is_told or (strpos(right(part.before, 13), 'N') > 0 and part.before collate "C" ~ 'N[^;<0-9]{0,12}$');
                here := here || (ends + part.first_character) || (ends + part.last_character);
                -- 404 555 01 are three groups, 1 164 is one
                parted := figures;
                if part.matched <> figures then
                    parted := translate(part.matched, 'ot ~.,/()*_|:"#=?<', '0-----------------');
                    while strpos(parted, '--') > 0 loop
                        parted := replace(parted, '--', '-');
                    end loop;
                end if;
                if parted <> figures and '-' || translate(parted, '123456789', '000000000') || '-' like '%-0-%'
                    and replace(translate(parted, '123456789', '000000000'), '0-', '') <> '0'
                then
                    parted := figures;
                end if;
                coarse_here := coarse_here || figures || '-';
                coarse_last := figures || '-';
                whole := whole || parted || '-';
                last_figures := parted || '-';
                labelled := labelled + has_label::integer;
            end loop;
        end if;
        if whole = '' then
            between := between + 1;
            exit when not is_one_message and (n = cardinality(said) or between > 4);
        else
            pieces := pieces + 1;
            is_piece := true;
            between := 0;
            announced := announced or strpos(piece, '+') > 0 or strpos(piece, 'C M') > 0 or is_told;
            is_pure := is_pure and (letters <= 3 or is_labelled);
            together := array[whole || together[1], last_figures || together[2]];
            coarse := array[coarse_here || coarse[1], coarse_last || coarse[2]];
            spans := here || spans;
            last_spans := here[cardinality(here) - 1 : cardinality(here)] || last_spans;
            for way in 1 .. case when is_one_message then 1 when pieces > 1 then 2 else 0 end loop
                whole := rtrim(together[way], '-');
                figures := replace(whole, '-', '');
                counted := length(figures);
                -- one message is a number if it says so
                exit when is_one_message and (
                    cardinality(spans) < 4 or strpos(reading, '=') > 0 or not (announced or is_hinted) and labelled < 2 and reading = translate(reading, 'N', '')
                );
                if counted between 10 and 11 and whole ~ american and (is_pure or rtrim(coarse[way], '-') ~ grouped)
                    or counted between 10 and 11 and whole ~ elsewhere
                    -- zero six, thirty-nine
                    or counted = 10 and is_pure and whole ~ '^0-[1-9]' and rtrim(coarse[way], '-') ~ elsewhere
                    or counted = 10 and (is_pure and whole ~ in_pairs or rtrim(coarse[way], '-') ~ '^[1-9][0-9]-[0-9]{4}-[0-9]{4}$')
                    or announced and counted between 9 and 13
                    or is_hinted and (is_pure or is_one_message) and counted between 10 and 11
                    or labelled > 1 and counted between 10 and 11
                    or pieces >= 8 and counted between 10 and 12
                then
                    chosen := case way when 1 then spans else last_spans end;
                end if;
                exit when chosen is not null;
            end loop;
            -- note 1, note 2: a list that somebody counts
            if pieces > 3 and chosen is not null and not exists (
                select
                from string_to_table(rtrim(coarse[1], '-'), '-') with ordinality as g (figures, place)
                where g.figures::bigint - g.place <> split_part(coarse[1], '-', 1)::bigint - 1
            ) then
                return;
            end if;
            exit when chosen is not null or counted > 14;
        end if;
        ends := ends - 1;
    end loop;
    for place in 1 .. coalesce(cardinality(chosen), 0) / 2 loop
        findings := findings
            || row(null, 'phone', chosen[2 * place - 1], chosen[2 * place], 0.8, 'pieces', null)::app.finding;
    end loop;
end;
$$;
comment on function app.find_split_phones is
    'The pieces of a telephone number that the last of several messages completes, in a reading of them all; is_piece: '
    'a group of its figures stands apart, else null, and it completes none.';
