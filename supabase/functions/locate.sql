-- Where patterns occur, with the words around them: one pass each, however many places there are.

create function app.locate(folded text, variadic patterns text[])
    returns table (
        first_character integer, last_character integer, matched text, before text, after text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- \x01 and \x02 mark the matches: folding lets neither through
    marks constant text := E'\x01\\&\x02';
    marked text := '';
    pattern text;
    pieces text[];
    halves text[];
    begins integer[] := array[]::integer[];
    ends integer[] := array[]::integer[];
    place integer := 1;
    span record;
begin
    if cardinality(patterns) = 1 then
        marked := regexp_replace(folded collate "C", patterns[1], marks, 'g');
    else
        foreach pattern in array patterns loop
            pieces := string_to_array(regexp_replace(folded collate "C", pattern, marks, 'g'), E'\x01');
            place := 1 + length(pieces[1]);
            for n in 2 .. coalesce(cardinality(pieces), 0) loop
                begins := begins || place;
                place := place + length(pieces[n]) - 1;
                ends := ends || place - 1 - length(pieces[n]) + strpos(pieces[n], E'\x02');
            end loop;
        end loop;
        if cardinality(begins) = 0 then
            return;
        end if;
        place := 1;
        for span in
            select s.first, s.last
            from unnest(begins, ends) as s (first, last)
            order by s.first, s.last desc
        loop
            continue when span.first < place;
            marked := concat(
                marked, substr(folded, place, span.first - place),
                E'\x01', substr(folded, span.first, span.last - span.first + 1), E'\x02'
            );
            place := span.last + 1;
        end loop;
        marked := marked || substr(folded, place);
    end if;
    pieces := string_to_array(marked, E'\x01');
    last_character := 0;
    after := pieces[1];
    for n in 2 .. coalesce(cardinality(pieces), 0) loop
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
    'Each match of the patterns in a folded text, in order, with up to 60 characters before it and all up to the next; '
    'of those that overlap the one that begins first, and of these the longest. Several patterns are compiled far '
    'sooner than one of as many alternatives.';
