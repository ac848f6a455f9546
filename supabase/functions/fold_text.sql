-- Folding: what a reader sees, in plain lower-case ASCII as far as it goes, with the way back.

create function app.fold_text(body text, out folded text, out origins integer[])
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- marks, joiners, direction, selectors, tags, and the two that locate() marks with
    unseen constant text :=
        '[\x01\x02\u00AD\u0300-\u036F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F'
        '\u202A-\u202E\u2060-\u206F\u20D0-\u20FF\u3164\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\uFFA0'
        '\U000E0000-\U000E0FFF]';
    -- l i k e  t h i s: four letters or more
    apart constant text := '(?:^|[^a-zA-Z0-9])[a-zA-Z] (?:[a-zA-Z0-9@._-] )*?[a-zA-Z] (?:[a-zA-Z0-9@._-] )*?[a-zA-Z] '
        '(?:[a-zA-Z0-9@._-] )*?[a-zA-Z](?:[^a-zA-Z0-9]|$)';
    decomposed text := coalesce(body, '');
begin
    if body ~ apart then
        body := (
            select string_agg(
                w.word || case when length(w.word) = 1 and length(w.next) = 1 then E'\x01' else ' ' end, ''
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
        -- Decomposing only ever lengthens: an equal length means letter for letter.
        decomposed := normalize(body, nfkd);
    end if;

    if length(decomposed) > length(body) or decomposed collate "C" ~ unseen then
        select string_agg(seen.letter, ''), array_agg(written.place::integer)
        into decomposed, origins
        from unnest(string_to_array(body, null)) with ordinality as written (letter, place)
        cross join unnest(
            string_to_array(
                regexp_replace(
                    normalize(written.letter, nfkd) collate "C", unseen, '', 'g'
                ),
                null
            )
        ) as seen (letter);
        decomposed := coalesce(decomposed, '');
    end if;

    if octet_length(decomposed) = length(decomposed) then
        folded := lower(decomposed collate "C");
        return;
    end if;

    folded := lower(
        translate(
            decomposed,
            -- Cyrillic, Greek, other Latin
            'аАвВеЕкКмМнНоОрРсСтТуУхХіІјЈѕЅԁԛԝӏһ' || 'αΑΒεΕΖΗιΙκΚΜνΝοΟρΡτΤυΥχΧ' || 'ıɡɑɪʟɴᴀᴄᴅᴇᴋᴍᴏᴘᴛᴜᴠᴡᴢ'
            -- Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Telugu, Thai
            || '٠١٢٣٤٥٦٧٨٩' || '۰۱۲۳۴۵۶۷۸۹' || '०१२३४५६७८९' || '০১২৩৪৫৬৭৮৯' || '੦੧੨੩੪੫੬੭੮੯'
            || '૦૧૨૩૪૫૬૭૮૯' || '௦௧௨௩௪௫௬௭௮௯' || '౦౧౨౩౪౫౬౭౮౯' || '๐๑๒๓๔๕๖๗๘๙'
            -- discs, dashes, dots, marks
            || '⓿❶❷❸❹❺❻❼❽❾' || '➀➁➂➃➄➅➆➇➈' || '➊➋➌➍➎➏➐➑➒' || '‐‒–—−' || '•·∙。' || '’‘⁄∕',
            'aAbBeEkKmMhHoOpPcCtTyYxXiIjJsSdqwlh' || 'aABeEZHiIkKMvNoOpPtTuYxX' || 'igailnacdekmoptuvwz'
            || '0123456789' || '0123456789' || '0123456789' || '0123456789' || '0123456789'
            || '0123456789' || '0123456789' || '0123456789' || '0123456789'
            || '0123456789' || '123456789' || '123456789' || '-----' || '....' || '''''//'
        ) collate "C"
    );
end;
$$;
comment on function app.fold_text is
    'The body as a reader decodes it, lower case, nothing unseen, look-alike letters and digits as ASCII; origins: '
    'each folded character''s place in the body, null when they are equal.';
