-- What only the words around it make a detail is none where no word of it stands as in a detail.

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
    -- logarithm of the odds of its likeliest token, and half of those of the whole wording, if these are no more than two
    unlikely constant real := -1.5;
    last_weighed constant integer := (tokens[cardinality(tokens)]).first_character;
begin
    return array(
        select f
        from unnest(findings) as f
        where f.reason <> all(by_words)
            or f.last_character > coalesce(origins[last_weighed], last_weighed)
            or exists (
                select
                from unnest(tokens) as t
                where t.log_odds + least(keep_likely.log_odds, 2) / 2 >= unlikely
                    and coalesce(origins[t.first_character], t.first_character) <= f.last_character
                    and coalesce(
                        origins[t.first_character + length(t.token) - 1], t.first_character + length(t.token) - 1
                    ) >= f.first_character
            )
    );
end;
$$;
comment on function app.keep_likely is
    'Of the findings in a message those whose shape is enough, and those whose words speak for it; origins: of '
    'app.fold_text; tokens: of app.weigh_places; log_odds: of app.hear_message.';
