-- The way back from a reading to the text that it was read from.

create function app.place_in_text(
    reading text, tokens text[], first_sign integer, last_sign integer,
    out first_character integer, out last_character integer
)
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    sign constant text := '[^0-9A-Za-z]';
    first_word constant integer := 1 + regexp_count(left(reading, first_sign - 1), sign);
    last_word constant integer := 1 + regexp_count(left(reading, last_sign - 1), sign);
    begun constant text := substring(left(reading, first_sign - 1) from '[0-9A-Za-z]*$');
    ended constant text := substring(left(reading, last_sign) from '[0-9A-Za-z]*$');
begin
    -- tokens[1] is what stands before the first word; each other one holds the mark that ends its word
    first_character := 1
        + length(array_to_string(tokens[1 : first_word - 1], '')) - greatest(first_word - 2, 0);
    last_character := length(array_to_string(tokens[1 : last_word - 1], '')) - greatest(last_word - 2, 0);
    -- only figures are read one by one
    if begun <> '' and tokens[first_word] collate "C" < ':' then
        first_character := first_character + length(begun);
    end if;
    last_character := last_character + case
        when tokens[last_word] collate "C" < ':' then length(ended)
        else strpos(tokens[last_word], E'\x02') - 1
    end;
end;
$$;
comment on function app.place_in_text is
    'First and last character, counted from 1, of the words from one place of a reading to another.';
