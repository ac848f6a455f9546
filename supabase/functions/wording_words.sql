-- The words of a folded text, as they are weighed.

create function app.wording_words(folded text)
    returns text[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    said text := replace(
        translate(folded, '123456789.,!;:()-/"''', '000000000          '), '?', ' ? '
    );
begin
    if said collate "C" ~ '[^a-z0? ]' then
        said := regexp_replace(said collate "C", '[^a-z0?\u0370-\u1fff\u3040-\ud7ff]+', ' ', 'g');
    end if;
    if octet_length(said) > length(said) then
        -- a script without spaces
        said := regexp_replace(said collate "C", '([\u3040-\ud7ff])', ' \1 ', 'g');
    end if;
    while strpos(said, '  ') > 0 loop
        said := replace(said, '  ', ' ');
    end loop;
    return string_to_array('< ' || ltrim(btrim(said) || ' ') || '>', ' ');
end;
$$;
comment on function app.wording_words is
    'The words in order, between < and >: letters, figures as zeroes, question marks; of Chinese, Japanese and Korean '
    'each character.';
