-- Where a pattern occurs, with the words around it: one pass, however many there are.

create function app.locate(folded text, pattern text)
    returns table (
        first_character integer, last_character integer, matched text, before text, after text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- \x01 and \x02 mark the matches: folding lets neither through
    pieces text[] := string_to_array(
        regexp_replace(folded collate "C", pattern, E'\x01\\&\x02', 'g'), E'\x01'
    );
    halves text[];
begin
    last_character := 0;
    after := pieces[1];
    for n in 2 .. coalesce(array_length(pieces, 1), 0) loop
        halves := string_to_array(pieces[n], E'\x02');
        first_character := last_character + length(after) + 1;
        before := right(concat(before, matched, after), 60);
        matched := halves[1];
        after := halves[2];
        last_character := first_character + length(matched) - 1;
        return next;
    end loop;
end;
$$;
comment on function app.locate is
    'Each match of the pattern in a folded text, in order, with up to 60 characters before it and all up to the next.';
