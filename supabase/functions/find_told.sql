-- Details of no shape that anybody wrote down: the words that stand where a detail does.

create function app.find_told(folded text, log_odds real, model_version smallint)
    returns app.finding[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes longer than weighing
as $$
declare
    -- Logarithms of odds: a run of tokens that are possibly of a detail, one of them surely; the more surely, the less
    -- the wording tells one.
    possibly constant real := -2.5;
    surely constant real := 0.5 + 1.3 * greatest(2.35 - log_odds, 0);
    letter constant text := '[a-z\u00aa-\u1fff\u2c00-\u2dff\u3040-\udfff\uf900-\ufdff]';
    outside constant text := ' .,:;!?=*-/';  -- of a detail, at its ends
    of_each constant integer := 8;  -- features of a token
    many constant integer := 32;  -- findings: app.place_findings hides what holds more
    longest constant integer := 1000;  -- tokens: 4 kB of words are fewer
    always real;
    tokens text[];
    begins integer[];
    apart boolean[];
    shapes text[];
    features text[];
    odds real[];
    kinds text[];
    finding app.finding;
    findings app.finding[] := array[]::app.finding[];
    first_token integer;
    told text;
    heaviest integer;
begin
    select t.* into tokens, begins, apart from app.detail_tokens(folded) as t;
    if tokens is null then
        return findings;
    end if;
    tokens := tokens[:longest];
    -- A look into the index for each, as in app.weigh_wording. A number is its length, and so is a word that is rare.
    shapes := array(
        select
            case
                when t.token collate "C" between '0' and ':' then repeat('0', least(length(t.token), 11))
                when t.token collate "C" !~ letter then t.token
                when exists (
                    select
                    from app.filter_places as w
                    where w.feature = '=' || t.token and w.version = find_told.model_version
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
    where w.feature = '' and w.version = find_told.model_version;
    select array_agg(t.odds order by t.place), array_agg(t.kind order by t.place)
    into odds, kinds
    from (
        select
            (n.place - 1) / of_each as place,
            always + sum(coalesce(f.weight, 0)) as odds,
            (array_agg(f.kind order by f.weight desc) filter (where f.kind is not null))[1] as kind
        from unnest(features) with ordinality as n (feature, place)
        left join lateral (
            select w.weight, w.kind
            from app.filter_places as w
            where w.feature = n.feature and w.version = find_told.model_version
            limit 1
        ) as f on true
        group by (n.place - 1) / of_each
    ) as t;

    finding.confidence := 0.7;
    finding.reason := 'wording';
    odds := odds || '-infinity'::real;
    for n in 1 .. cardinality(odds) loop
        if odds[n] >= possibly then
            first_token := coalesce(first_token, n);
            if heaviest is null or odds[n] > odds[heaviest] then
                heaviest := n;
            end if;
            continue;
        end if;
        if odds[heaviest] >= surely then
            finding.kind := coalesce(kinds[heaviest], 'handle');
            finding.first_character := begins[first_token];
            finding.last_character := begins[n - 1] + length(tokens[n - 1]) - 1;
            told := substr(folded, finding.first_character, finding.last_character - finding.first_character + 1);
            finding.first_character := finding.first_character + length(told) - length(ltrim(told, outside));
            finding.last_character := finding.last_character - length(told) + length(rtrim(told, outside));
            -- few figures are a piece of a number at most: app.find_split_phones wants to see it
            if finding.first_character <= finding.last_character
                and (
                    told collate "C" ~ '[a-z]' or told collate "C" !~ '[0-9]'
                    or length(told) - length(translate(told, '0123456789', '')) >= 7
                )
            then
                findings := findings || finding;
                exit when cardinality(findings) = many;
            end if;
        end if;
        first_token := null;
        heaviest := null;
    end loop;
    return findings;
end;
$$;
comment on function app.find_told is
    'Details in a folded text: runs of words, numbers and signs that each weigh enough by app.filter_places, with '
    'their neighbours; kind: what such words mostly are of; log_odds: of app.weigh_wording.';
