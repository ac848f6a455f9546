-- What only the words around it make a detail is none where no word of it stands as in a detail; nor is a number that
-- is one by its shape, where all words speak against it.

create function app.keep_likely(
    findings app.finding[],
    folded text,
    origins integer[],
    tokens app.told_token[],
    log_odds real,
    model_version smallint
)
    returns app.finding[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    -- one with its country is no other number
    doubtful constant app.finding[] := array(
        select f
        from unnest(findings) as f
        where f.reason = any('{announced,pieces,account,search,street,crossing}'::text[])
            or (f.reason = 'shape' and f.kind = 'phone' and f.confidence < 1 and keep_likely.log_odds < -2.5)
    );
    last_token app.told_token;
    last_weighed integer;
begin
    if doubtful = '{}' then
        return findings;
    end if;
    tokens := case
        when tokens is not null then tokens
        when origins is null then app.weigh_around(doubtful, folded, model_version)
        else app.weigh_places(folded, model_version)
    end;
    last_token := tokens[cardinality(tokens)];
    last_weighed := last_token.first_character + length(last_token.token) - 1;
    return array(
        select f
        from unnest(findings) as f
        where f <> all(doubtful)
            or f.last_character > coalesce(origins[last_weighed], last_weighed)
            or exists (
                select
                from unnest(tokens) as t
                where case
                        when f.reason = 'shape' then t.log_odds >= 0
                        -- of the odds of the whole wording, three quarters, and at most as much as 1.4
                        else t.log_odds + least(keep_likely.log_odds, 1.4) * 0.75 >= -1.5
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
    'without its country do not all speak against it; origins: of app.fold_text; tokens: of app.weigh_places, null '
    'where they are not weighed yet; log_odds: of app.hear_message.';
