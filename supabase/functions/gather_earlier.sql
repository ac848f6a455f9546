-- Which of a sender's earlier messages may hold pieces of a detail, one after the other.

create function app.gather_earlier(
    earlier text[], most integer, out ahead text, out kept integer[], out begins integer[]
)
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- said between two pieces, and no piece itself
    chatter constant text[] := string_to_array(
        'ahead cool go got great haha hang hello hey hi hmm it k kk lol luck nice no nope odd ok okay on one right sec '
        'second sorry still sure take thank thanks that''s there thx time ty wait ya yeah yep yes you your yup', ' '
    );
    group_apart constant text := '(?:^|[^0-9A-Za-z.$:/-])[$]?[0-9]{2,7}(?:[^0-9A-Za-z%:/]|$)';
    place integer;
    characters integer := 0;
begin
    ahead := '';
    kept := array[]::integer[];
    for n in reverse cardinality(earlier) .. greatest(1, cardinality(earlier) - 19) loop
        exit when cardinality(kept) = most;
        continue when earlier[n] is null
            or (length(earlier[n]) > 48 and (length(earlier[n]) > 100 or earlier[n] collate "C" !~ group_apart))
            -- complete already, and hidden
            or (earlier[n] like '%[% hidden]%' and earlier[n] = translate(earlier[n], '0123456789', ''))
            or string_to_array(lower(rtrim(earlier[n], ' .!?')), ' ') <@ chatter;
        kept := n || kept;
        ahead := earlier[n] || E'\x03' || ahead;
    end loop;
    foreach place in array kept loop
        begins := begins || characters;
        characters := characters + length(earlier[place]) + 1;
    end loop;
end;
$$;
comment on function app.gather_earlier is
    'Of the last 20, the last of those that are short, or middling with digits, and not mere chatter, at most so many, '
    '\x03 after each; kept: their places in the array; begins: how many characters precede each.';
