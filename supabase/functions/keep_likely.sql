-- What only the words around it make a detail is none where no word of it stands as in a detail; nor is a number that
-- is one by its shape, where all words speak against it.

create function app.keep_likely(
    findings app.finding[], origins integer[], tokens app.told_token[], log_odds real
)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    by_words constant text[] := '{announced,pieces,account,search,street,crossing}'::text[];
    -- logarithm of the odds of its likeliest token, and three quarters of those of the whole wording, of which 1.4 count
    unlikely constant real := -1.5;
    -- of a number by its shape: the odds of the wording, and of its likeliest token
    harmless constant real := -2.5;
    as_likely_as_not constant real := 0;
    last_token constant app.told_token := tokens[cardinality(tokens)];
    last_weighed constant integer := last_token.first_character + length(last_token.token) - 1;
begin
    return array(
        select f
        from unnest(findings) as f
        where not (
                f.reason = any(by_words)
                -- one with its country is no other number
                or (f.reason = 'shape' and f.kind = 'phone' and f.confidence < 1 and keep_likely.log_odds < harmless)
            )
            or f.last_character > coalesce(origins[last_weighed], last_weighed)
            or exists (
                select
                from unnest(tokens) as t
                where case
                        when f.reason = 'shape' then t.log_odds >= as_likely_as_not
                        else t.log_odds + least(keep_likely.log_odds, 1.4) * 0.75 >= unlikely
                    end
                    and coalesce(origins[t.first_character], t.first_character) <= f.last_character
                    and coalesce(
                        origins[t.first_character + length(t.token) - 1], t.first_character + length(t.token) - 1
                    ) >= f.first_character
            )
    );
end;
$$;
comment on function app.keep_likely is
    'Of the findings in a message those whose shape is enough, and those whose words speak for it, or for a number '
    'without its country do not all speak against it; origins: of app.fold_text; tokens: of app.weigh_places; '
    'log_odds: of app.hear_message.';
