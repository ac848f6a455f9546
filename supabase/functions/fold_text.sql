-- Folding: what a reader sees, in plain lower-case ASCII as far as it goes, with the way back.

create function app.fold_text(body text, out folded text, out origins integer[])
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- controls, marks, joiners, direction, selectors, tags
    unseen constant text :=
        '[\x01\x02\x04-\x08\u00AD\u0300-\u036F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F'
        '\u202A-\u202E\u2060-\u206F\u20D0-\u20FF\u3164\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\uFFA0'
        '\U000E0000-\U000E0FFF]';
    -- as in app.hear_message: it is compiled already
    strange constant text := '[^\n\r\t -~\x03]';
    -- l i k e  t h i s: four letters or more
    apart constant text := '(?:^|[^a-zA-Z0-9])[a-zA-Z] (?:[a-zA-Z0-9@._-] )*?[a-zA-Z] (?:[a-zA-Z0-9@._-] )*?[a-zA-Z] '
        '(?:[a-zA-Z0-9@._-] )*?[a-zA-Z](?:[^a-zA-Z0-9]|$)';
    -- Cyrillic, Greek, Armenian
    alike constant text := 'аАвВеЕкКмМнНоОрРсСтТуУхХіІјЈѕЅԁԛԝӏһ' || 'αΑΒεΕΖΗιΙκΚΜνΝοΟρΡτΤυΥχΧ' || 'օսհո';
    latin constant text := 'aAbBeEkKmMhHoOpPcCtTyYxXiIjJsSdqwlh' || 'aABeEZHiIkKMvNoOpPtTuYxX' || 'ouhn';
    coded record;
    decomposed text := coalesce(body, '');
begin
    -- of most texts each letter stands for itself
    if body collate "C" !~ strange
        and body not like all (array['%&#%', '%\%__\%%', '_ _ %', '% _ _ %', E'%\x03_ _ %'])
    then
        folded := lower(body collate "C");
        return;
    end if;
    -- &#52; and %34, which a client may show as 4; what a character stands for is written first, then nothing
    if (strpos(body, '&#') > 0 or strpos(body, '%') > 0) and body ~ '&#x?[0-9a-fA-F]{2,6};|%[2-7][0-9a-fA-F]%' then
        for coded in
            select distinct
                m.parts[1] as text,
                coalesce(
                    m.parts[2]::integer,
                    ('x' || lpad(coalesce(m.parts[3], m.parts[4]), 8, '0'))::bit(32)::integer
                ) as code
            from regexp_matches(
                body, '(&#(?:([0-9]{2,6})|x([0-9a-fA-F]{2,5}));|%([2-7][0-9a-fA-F]))', 'g'
            ) as m (parts)
        loop
            continue when coded.code not between 32 and 55295 and coded.code not between 57344 and 1114111;
            body := replace(body, coded.text, rpad(chr(coded.code), length(coded.text), E'\x01'));
        end loop;
        decomposed := body;
    end if;
    if (strpos(body, ' ') = 2 or body like '% _ _ %') and body ~ apart then
        body := (
            select string_agg(
                w.word
                || case when length(ltrim(w.word, E'\t\r\n')) = 1 and length(w.next) = 1 then E'\x01' else ' ' end,
                ''
            )
            from (
                select word, lead(word) over (order by place) as next
                from string_to_table(body, ' ') with ordinality as s (word, place)
            ) as w
        );
        body := left(body, -1);
        decomposed := body;
    end if;
    if octet_length(body) > length(body) then
        -- accents, which most that is not ASCII consists of, letter for letter
        if body collate "C" ~ '[\u00c0-\u00dd\u00e0-\u00fd]' then
            body := translate(
                body,
                'áàâäãåçéèêëíìîïñóòôöõúùûüýÁÀÂÄÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝ',
                'aaaaaaceeeeiiiinooooouuuuyAAAAAACEEEEIIIINOOOOOUUUUY'
            );
        end if;
        -- Decomposing only ever lengthens: an equal length means letter for letter.
        decomposed := normalize(body, nfkd);
    end if;

    if length(decomposed) > length(body) or (decomposed collate "C" ~ strange and decomposed collate "C" ~ unseen) then
        select string_agg(seen.letter, ''), array_agg(written.place::integer)
        into decomposed, origins
        from unnest(string_to_array(body, null)) with ordinality as written (letter, place)
        cross join string_to_table(
            case
                when written.letter collate "C" between ' ' and '~' then written.letter
                else normalize(written.letter, nfkd)
            end,
            null
        ) as seen (letter)
        where seen.letter collate "C" between ' ' and '~' or seen.letter collate "C" !~ unseen;
        decomposed := coalesce(decomposed, '');
    end if;

    -- each translation looks through its list for every letter: only where the text may have any of them
    if octet_length(decomposed) > length(decomposed) and decomposed collate "C" ~ '[\u00b7\u00df\u00e6\u00f8\u0111\u2010-\u2219\u24ff\u2776-\u2792\u3002-\u9fff]' then
        decomposed := translate(
            decomposed,
            -- Chinese digits, discs, dashes, dots, marks
            '〇零一二三四五六七八九' || '⓿❶❷❸❹❺❻❼❽❾' || '➀➁➂➃➄➅➆➇➈' || '➊➋➌➍➎➏➐➑➒'
            || '‐‒–—−' || '•·∙。' || '’‘⁄∕' || 'ßøæđ',
            '00123456789' || '0123456789' || '123456789' || '123456789' || '-----' || '....' || '''''//' || 'soad'
        );
    end if;
    if octet_length(decomposed) > length(decomposed) and decomposed collate "C" ~ '[\u0100-\u1fff]' then
        -- look-alikes are letters of another script among Latin ones; a Russian word is left as it is
        if decomposed collate "C"
            ~ '[a-zA-Z0-9@.][\u0370-\u058f]|[\u0370-\u058f][a-zA-Z@]|[.][\u0441c][\u043eo][\u043cm]'
        then
            decomposed := translate(decomposed, alike, latin);
        end if;
        decomposed := translate(
            decomposed,
            -- other Latin
            'ıɡɑɪʟɴᴀᴄᴅᴇᴋᴍᴏᴘᴛᴜᴠᴡᴢłøđœƒ'
            -- Arabic, Persian, Devanagari, Bengali, Gurmukhi, Khmer, Burmese, Gujarati, Tamil, Telugu, Thai
            || '٠١٢٣٤٥٦٧٨٩' || '۰۱۲۳۴۵۶۷۸۹' || '०१२३४५६७८९' || '০১২৩৪৫৬৭৮৯' || '੦੧੨੩੪੫੬੭੮੯' || '០១២៣៤៥៦៧៨៩'
            || '၀၁၂၃၄၅၆၇၈၉' || '૦૧૨૩૪૫૬૭૮૯' || '௦௧௨௩௪௫௬௭௮௯' || '౦౧౨౩౪౫౬౭౮౯' || '๐๑๒๓๔๕๖๗๘๙',
            'igailnacdekmoptuvwzlodof'
            || '0123456789' || '0123456789' || '0123456789' || '0123456789' || '0123456789' || '0123456789'
            || '0123456789' || '0123456789' || '0123456789' || '0123456789' || '0123456789'
        );
    end if;
    if octet_length(decomposed) = length(decomposed) then
        folded := lower(decomposed collate "C");
    else
        folded := lower(decomposed collate pg_catalog.pg_c_utf8);
    end if;
end;
$$;
comment on function app.fold_text is
    'The body as a reader decodes it, lower case, nothing unseen, look-alike letters and digits as ASCII; origins: '
    'where each folded character stands in the body, null when they are equal.';
