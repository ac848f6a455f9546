-- A contact detail however it is written: a number's digits, or the letters and digits of anything else.

create function app.plain_detail(detail text)
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    kind constant text := split_part(detail, ':', 1);
    written constant text := substr(detail, length(kind) + 2);
    folded text;
begin
    if kind = 'solicitation' then
        return written;
    end if;
    folded := (app.fold_text(written)).folded;
    if kind = 'phone' then
        return (
            select string_agg(
                coalesce(
                    (
                        select w.reading
                        from app.filter_words as w
                        inner join app.settings as s on w.version = s.filter_version
                        where w.word = t.word
                            and w.reading ~ '^[0-9]+$'
                    ),
                    regexp_replace(t.word, '[^0-9]', '', 'g')
                ),
                '' order by t.place
            )
            from regexp_split_to_table(folded, '[^a-z0-9]+') with ordinality as t (word, place)
        );
    end if;
    return regexp_replace(folded, '\m(?:at|dot)\M|[^a-z0-9]', '', 'g');
end;
$$;
comment on function app.plain_detail is
    'The same text for spellings of one detail, given as kind:text: digits in words are digits, and at, dot and '
    'signs are nothing.';
