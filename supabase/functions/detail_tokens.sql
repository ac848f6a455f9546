-- A folded text in pieces that are, or are not, of a detail: words, numbers, and each other sign by itself.

create function app.detail_tokens(
    folded text, out tokens text[], out begins integer[], out apart boolean[]
)
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- \x01 begins a token and \x02 ends it: folding lets neither through
    token constant text :=
        '[a-z]+|[0-9]+|[\u00aa-\u1fff\u2c00-\u2dff\u3040-\udfff\uf900-\ufdff]+|[^\s\x01-\x03]';
    -- what a message begins with, if it is nothing but space and dots, says nothing
    said constant text := ltrim(folded, E' .\t\r\n');
    pieces constant text[] := string_to_array(
        regexp_replace(said collate "C", token, E'\x01\\&\x02', 'g'), E'\x01'
    );
    piece text;
    is_apart boolean := true;
    place integer := length(folded) - length(said) + length(pieces[1]) + 1;
begin
    foreach piece in array pieces[2:] loop
        tokens := tokens || split_part(piece, E'\x02', 1);
        begins := begins || place;
        apart := apart || is_apart;
        is_apart := right(piece, 1) <> E'\x02';
        place := place + length(piece) - 1;
    end loop;
end;
$$;
comment on function app.detail_tokens is
    'Words, numbers and signs in order, where each begins, counted from 1, and whether a space precedes it; null if '
    'there are none.';
