-- Which words of a text are of a detail, by what stands in their place and around it.

create function app.weigh_places(folded text, model_version smallint)
    returns app.told_token[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes longer than weighing
as $$
declare
    letter constant text := '[a-z\u00aa-\u1fff\u2c00-\u2dff\u3040-\udfff\uf900-\ufdff]';
    of_each constant integer := 8;  -- features of a token
    longest constant integer := 1000;  -- tokens: 4 kB of words are fewer
    always real;
    tokens text[];
    begins integer[];
    apart boolean[];
    shapes text[];
    features text[];
begin
    select t.* into tokens, begins, apart from app.detail_tokens(folded) as t;
    if tokens is null then
        return array[]::app.told_token[];
    end if;
    tokens := tokens[:longest];
    -- A look into the index for each, as in app.hear_message. A number is its length, and so is a word that is rare.
    shapes := array(
        select
            case
                when t.token collate "C" between '0' and ':' then repeat('0', least(length(t.token), 11))
                when t.token collate "C" !~ letter then t.token
                when exists (
                    select
                    from app.filter_places as w
                    where w.feature = '=' || t.token and w.version = weigh_places.model_version
                ) then t.token
                else concat('X', least(length(t.token) / 4, 3))
            end
        from unnest(tokens) as t (token)
    );
    shapes := array['<<', '<'] || shapes || array['>', '>>'];
    features := array(
        select f.feature
        from unnest(shapes, shapes[2:], shapes[3:], shapes[4:], shapes[5:], apart, apart[2:] || true)
            as t (second_before, before, own, after, second_after, apart, next_apart)
        cross join lateral unnest(array[
            '=' || t.own,
            '<' || t.before,
            '>' || t.after,
            '<<' || t.second_before,
            '>>' || t.second_after,
            '<=' || t.before || ' ' || t.own,
            '=>' || t.own || ' ' || t.after,
            concat(
                '|',
                case when t.apart then '_' end,
                case when t.own collate "C" ~ letter then 'w' else left(t.own, 1) end,
                case when t.next_apart then '_' end
            )
        ]) as f (feature)
        where t.second_after is not null
    );
    select w.weight into always
    from app.filter_places as w
    where w.feature = '' and w.version = weigh_places.model_version;
    return array(
        select row(tokens[t.place], begins[t.place], t.odds, t.kind)::app.told_token
        from (
            select
                (n.place - 1) / of_each + 1 as place,
                always + sum(coalesce(f.weight, 0)) as odds,
                (array_agg(f.kind order by f.weight desc) filter (where f.kind is not null))[1] as kind
            from unnest(features) with ordinality as n (feature, place)
            left join lateral (
                select w.weight, w.kind
                from app.filter_places as w
                where w.feature = n.feature and w.version = weigh_places.model_version
                limit 1
            ) as f on true
            group by (n.place - 1) / of_each
        ) as t
        order by t.place
    );
end;
$$;
comment on function app.weigh_places is
    'The tokens of a folded text, at most 1,000, each with the logarithm of the odds that it is of a detail, by '
    'app.filter_places, and of what kind; app.find_told and app.keep_likely read them.';
