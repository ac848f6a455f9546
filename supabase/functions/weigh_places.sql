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
    longest constant integer := 1000;  -- tokens: 4 kB of words are fewer
    kinds constant text[] := array['address', 'email', 'handle', 'phone', 'url'];  -- as app.loaded_table counts them
    is_loaded constant boolean := model_version = (app.loaded_places()).version
        and (app.loaded_places()).proof = hashtextextended('the weights of a version', 0);
    tokens text[];
    begins integer[];
    apart boolean[];
    is_known boolean;
    shapes text[] := array['<<', '<'];
    own text;
    features text[];
    sought text;
    hash bigint;
    entry bigint;
    -- hundredths: what the weights are
    always integer;
    weight integer;
    heaviest integer;
    kind text;
    weighed app.told_token[] := array[]::app.told_token[];
begin
    select t.* into tokens, begins, apart from app.detail_tokens(folded) as t;
    if tokens is null then
        return weighed;
    end if;
    tokens := tokens[:longest];
    if is_loaded then
        always := (app.loaded_places()).always;
    else
        select coalesce(sum(round(w.weight * 100)), 0) into always
        from app.filter_places as w
        where w.feature = '' and w.version = weigh_places.model_version;
    end if;
    -- first which words are known, then what each place weighs, in one loop: a session reads all slots for each time
    -- that they stand in the text of the function
    foreach is_known in array array[false, true] loop
        for n in 1 .. cardinality(tokens) loop
            own := tokens[n];
            if is_known then
                own := shapes[n + 2];
                features := array[
                    '=' || own,
                    '<' || shapes[n + 1],
                    '>' || shapes[n + 3],
                    '<<' || shapes[n],
                    '>>' || shapes[n + 4],
                    '<=' || shapes[n + 1] || ' ' || own,
                    '=>' || own || ' ' || shapes[n + 3],
                    concat(
                        '|',
                        case when apart[n] then '_' end,
                        case when own collate "C" ~ letter then 'w' else left(own, 1) end,
                        case when apart[n + 1] or apart[n + 1] is null then '_' end
                    )
                ];
            -- a number is its length, and so is a word that is rare
            elsif own collate "C" between '0' and ':' then
                shapes := shapes || repeat('0', least(length(own), 11));
                continue;
            elsif own collate "C" !~ letter then
                shapes := shapes || own;
                continue;
            else
                features := array['=' || own];
            end if;
            weight := always;
            heaviest := -1;
            kind := null;
            foreach sought in array features loop
                if is_loaded then
                    hash := hashtextextended(sought, 0);
                    entry := (app.places_slots())[
                        hash % (app.places_divisors())[hash >> 48 & (app.loaded_places()).last_bucket]
                    ] # hash;
                else
                    select 4096 * coalesce(array_position(kinds, w.kind), 0) + round(w.weight * 100) + 1001 into entry
                    from app.filter_places as w
                    where w.feature = sought and w.version = weigh_places.model_version;
                end if;
                -- what is not below 65,536 is the slot of another feature, or of none
                if entry >> 16 = 0 then
                    weight := weight + (entry & 4095) - 1001;
                    if entry >> 12 > 0 and entry & 4095 > heaviest then
                        heaviest := entry & 4095;
                        kind := kinds[entry >> 12];
                    end if;
                end if;
            end loop;
            if is_known then
                weighed := weighed || row(tokens[n], begins[n], weight / 100.0, kind)::app.told_token;
            elsif entry >> 16 = 0 then
                shapes := shapes || own;
            else
                shapes := shapes || concat('X', least(length(own) / 4, 3));
            end if;
        end loop;
        if not is_known then
            shapes := shapes || array['>', '>>'];
        end if;
    end loop;
    return weighed;
end;
$$;
comment on function app.weigh_places is
    'The tokens of a folded text, at most 1,000, each with the logarithm of the odds that it is of a detail, by '
    'app.filter_places, and of what kind; app.find_told and app.keep_likely read them.';
