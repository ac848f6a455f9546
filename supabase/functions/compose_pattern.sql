-- Patterns of named parts. PostgreSQL puts one together when a query that holds it is planned, and no more.

create function app.compose_pattern(pattern text)
    returns text
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    part text[];
    parts constant text[] := array[
        array['path', '(?:[-~._/?=&%#]%{name})*'],
        -- jo.fixes, jo_fixes, jofixes7: what nobody calls a part of a car
        array['coined', '[A-Za-z]+(?:[._#][0-9A-Za-z]+|~[0-9]+%{after})(?:[._~#-][0-9A-Za-z]+)*'],
        -- "at" and "dot" in words, in brackets, or glued to their neighbours
        array['dot', '(?:[.]|%{said dot})'],
        array['said dot', '(?:[ ~(_|*`-]D[ ~)_|*`-])'],
        array['name', '[0-9A-Za-z]+'],
        array['gap', '[^0-9A-Za-z;~]'],
        array['figure', '(?:zero|oh|one|t(?:wo|hree)|f(?:our|ive)|s(?:ix|even)|eight|nine)'],
        -- what people call an app that they do not name
        array['elsewhere', '(?:the gram|paper plane|ghost(?: one| app)?|(?:blue )?bird(?: app)?|tt|gamertag|psn|bizum)'],
        array['before', '(?<![0-9A-Za-z])'],
        array['after', '(?![0-9A-Za-z])']
    ];
begin
    foreach part slice 1 in array parts loop
        pattern := replace(pattern, '%{' || part[1] || '}', part[2]);
    end loop;
    return pattern;
end;
$$;
comment on function app.compose_pattern is
    'A pattern with its named parts, %{part}, written out. before, after: no letter or figure stands there.';
