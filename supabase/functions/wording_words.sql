-- The words of a folded text, as they are weighed.

-- No search_path of its own, so that it becomes part of what asks it, as app.look_up.
create function app.wording_words(folded text)
    returns text[]
    language sql
    immutable
    parallel safe
return string_to_array(
    '< '
    || ltrim(
        btrim(
            case
                when octet_length(folded) = length(folded) then
                    regexp_replace(
                        replace(translate(folded, '123456789''', '000000000'), '?', ' ? ') collate "C",
                        '[^a-z0?]+', ' ', 'g'
                    )
                else
                    -- each character of a script without spaces is a word
                    regexp_replace(
                        regexp_replace(
                            replace(translate(folded, '123456789''', '000000000'), '?', ' ? ') collate "C",
                            '([\u3040-\ud7ff])', ' \1 ', 'g'
                        ),
                        '[^a-z0?\u0370-\u1fff\u3040-\ud7ff]+', ' ', 'g'
                    )
            end
        )
        || ' '
    )
    || '>',
    ' '
);
comment on function app.wording_words is
    'The words in order, between < and >: letters, figures as zeroes, question marks; of Chinese, Japanese and Korean '
    'each character.';
