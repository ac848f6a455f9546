-- Where a long text holds something, only what stands around that is weighed.

create function app.weigh_around(findings app.finding[], folded text, model_version smallint)
    returns app.told_token[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes longer than weighing
as $$
declare
    near constant integer := 100;  -- characters, more than the two tokens to each side by which one is weighed
    span int4range;
    token app.told_token;
    weighed app.told_token[] := array[]::app.told_token[];
begin
    if length(folded) <= 4 * near then
        return app.weigh_places(folded, model_version);
    end if;
    for span in
        select unnest(range_agg(int4range(greatest(f.first_character - near, 1), f.last_character + near)))
        from unnest(findings) as f
    loop
        foreach token in array app.weigh_places(
            substr(folded, lower(span), upper(span) - lower(span)), weigh_around.model_version
        ) loop
            weighed := weighed || row(
                token.token, token.first_character + lower(span) - 1, token.log_odds, token.kind
            )::app.told_token;
        end loop;
    end loop;
    return weighed;
end;
$$;
comment on function app.weigh_around is
    'As app.weigh_places, of a long text only the tokens around findings, which are placed in the folded text.';
