-- What is no number and comes in pieces: a house's number and its street, a place on a map, a name and its service.

create function app.find_pieces(reading text, out findings app.finding[], out is_piece boolean)
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    said constant text[] := string_to_array(reading, '`');
    own constant text := said[cardinality(said)];
    own_begin constant integer := length(reading) - length(own);
    -- what the last message holds, and what one of the four before it: -104.98765; Elm Street; brake_joe;
    -- a name beside a label; an ending alone
    sorts constant text[] := array[
        array['address', '[.]', '(?<![0-9A-Za-z.])[0-9]{1,3}[.][0-9]{4,}(?![0-9A-Za-z.])',
            '(?<![0-9A-Za-z.])[0-9]{1,3}[.][0-9]{4,}(?![0-9A-Za-z.])'],
        array['address', 'S', '(?<![0-9A-Za-z])(?:[xzs] ){0,2}x S(?![0-9A-Za-z])',
            '(?<![0-9A-Za-z.$/:-])[0-9]{2,5}(?![0-9A-Za-z.,:%/-]|.U)'],
        array['address', '[BV] (?:n )?(?:(?:[xzs]|uz) ){0,2}x S', '(?<![0-9A-Za-z])(?:(?:[xzs]|uz) ){0,2}x S(?![0-9A-Za-z])',
            '(?<![0-9A-Za-z])x(?: Sz?)?(?=[;?"]*$)'],
        array['handle', '_[A-Za-z]', '(?<![0-9A-Za-z])[A-Za-z]{1,2}(?:_[0-9A-Za-z]+)*', '(?<![0-9A-Za-z])x(?=[;?"]*$)'],
        array['handle', 'l', '(?<![0-9A-Za-z$])x(?:[._~-][0-9A-Za-z]+)*(?=[- <,]+(?:t )?l(?![0-9A-Za-z]))',
            '(?<![0-9A-Za-z$])x(?:[._~-][0-9A-Za-z]+)*(?=[- <,]+(?:t )?l(?![0-9A-Za-z]))'],
        -- a name, then "my insta"; a street, then its number
        array['handle', '[ABP]', '(?<![0-9A-Za-z])[ABP](?![0-9A-Za-z])',
            '^"?[A-Za-z]+(?:[._~-][0-9A-Za-z]+)+(?=[;?"]*$)|^"?x(?=[;?"]*$)'],
        array['handle', '^"?(?:x|[xzh]+(?:[._~][0-9A-Za-z]+)+)~?$', '[A-Za-z]+(?:[._~-][0-9A-Za-z]+)*(?=~?$)',
            '(?<![0-9A-Za-z])[ABP](?![0-9A-Za-z])'],
        array['address', '^"?(?:[N#] ?)?[0-9]{2,5}~?$', '[0-9]{1,5}',
            '(?<![0-9A-Za-z])(?:(?:[xzs]|uz) ){0,2}x S(?=[;?"]*$)|(?<![0-9A-Za-z])S (?:[xzg] ){0,2}x(?=[;?"]*$)'],
        array['url', 'D [TLh]', '(?<![0-9A-Za-z])D [TLh](?![0-9A-Za-z])', '(?<![0-9A-Za-z])x(?:[-._~][0-9A-Za-z]+)*(?=[;?"]*$)']
    ];
    sort text[];
    own_part record;
    part record;
    ends integer;
begin
    findings := array[]::app.finding[];
    foreach sort slice 1 in array sorts loop
        continue when not case sort[2]
            when '[.]' then translate(own, '123456789', '000000000') like '%0.0000%'
            when 'S' then strpos(own, 'x S') > 0
            when '[BV] (?:n )?(?:(?:[xzs]|uz) ){0,2}x S' then strpos(own, 'x S') > 0 and own collate "C" ~ sort[2]
            when '_[A-Za-z]' then strpos(own, '_') > 0 and own collate "C" ~ '_[A-Za-z]'
            when 'l' then own like '%x% l%'
            when '[ABP]' then length(own) <= 16 and own <> translate(own, 'ABP', '')
            when 'D [TLh]' then strpos(own, 'D ') > 0
            else strpos(own, ' ') = 0 and own collate "C" ~ sort[2]
        end;
        select l.* into own_part
        from app.locate(own, sort[3]) as l
        where sort[2] not like '\_%' or strpos(l.matched, '_') > 0 or right(l.before, 1) = '_'
        limit 1;
        continue when own_part is null;
        is_piece := true;
        ends := own_begin;
        for n in reverse cardinality(said) - 1 .. greatest(1, cardinality(said) - 5) loop
            ends := ends - length(said[n]) - 1;
            -- a house's number stands alone, or nearly; an account's name is of a service
            continue when sort[2] = '[ABP]' and regexp_count(own collate "C", '[A-Za-z]+') > 4
                -- a service is named, and little else
                or sort[1] = 'handle' and sort[2] not in ('l', '_[A-Za-z]') and regexp_count(said[n] collate "C", '[A-Za-z]+') > 4
                or sort[2] = 'S' and (regexp_count(said[n] collate "C", '[A-Za-z]') > 4 or strpos(said[n], 'K') > 0)
                or sort[1] = 'handle' and reading = translate(reading, 'ABPq', '');
            select l.* into part from app.locate(said[n], sort[4]) as l limit 1;
            if part is not null then
                findings := array[
                    row(null, sort[1], ends + part.first_character, ends + part.last_character, 0.7, 'pieces', null)::app.finding,
                    row(
                        null, sort[1], own_begin + own_part.first_character, own_begin + own_part.last_character,
                        0.7, 'pieces', null
                    )::app.finding
                ];
                return;
            end if;
        end loop;
    end loop;
end;
$$;
comment on function app.find_pieces is
    'The pieces of an address, an account''s or a site''s name that the last of several messages completes; is_piece: '
    'it holds what may be one, else null, and it completes none.';
