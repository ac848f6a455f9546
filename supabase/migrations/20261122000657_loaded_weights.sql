-- What version 1 of the weights says, where a look is cheap. Looks into the indexes of app.filter_weights and
-- app.filter_places were most of what a message took; what a function without arguments always says, a session has in
-- memory. A migration that brings another version and makes it the live one repeats what is below with its number;
-- until then app.hear_message and app.weigh_places look that version up in the tables.

create type app.loaded_weights as (
    version smallint,
    proof bigint,
    always integer,
    last_bucket bigint
);
comment on type app.loaded_weights is
    'What is loaded of a table of weights. proof: hashtextextended(''the weights of a version'', 0) where it was made; '
    'a server that hashes otherwise cannot look anything up. always: the weight, in hundredths, of what is everywhere. '
    'last_bucket: of the divisors, which begin with 0; a mask of the highest 16 bits of a hash. A name that hashes to '
    'h, of bucket b, has the slot h % divisors[b], which holds h # (4096 * kind + weight): 1,001 makes a weight '
    'positive; kind counts, from 1, the kinds of app.finding as the alphabet does, and 0 is none.';

do $load$
declare
    live constant smallint := 1;
    lightest constant integer := -1001;  -- hundredths, below all
    levels constant integer := 4096;  -- how many hundredths from there
    kinds constant text [] := '{address,email,handle,phone,url}';
    -- A divisor for each bucket, the largest bucket first, that gives all its hashes slots of their own (after
    -- D. Belazzougui, F. Botelho, M. Dietzfelbinger: Hash, Displace, and Compress, 2009).
    hashes_in_a_bucket constant integer := 3;
    most_taken constant numeric := 0.9;  -- of the slots
    model record;
    last_slot integer;
    last_bucket bigint;
    slots bigint [];
    divisors bigint [];
    divisor bigint;
    bucket record;
    place integer;
    places integer [];
begin
    for model in
        select
            m.name,
            count(*) as size,
            min(m.weight) filter (where m.gram = '') as always,
            array_agg(hashtextextended(m.gram, 0) order by m.gram) as hashes,
            array_agg(levels * m.kind + m.weight - lightest order by m.gram) as entries,
            min(m.weight) <= lightest or max(m.weight) - lightest >= levels as is_too_much
        from (
            select 'wording' as name, w.gram, round(w.weight * 100)::integer as weight, 0 as kind
            from app.filter_weights as w
            where w.version = live
            union all
            select 'places', f.feature, round(f.weight * 100)::integer, coalesce(array_position(kinds, f.kind), 0)
            from app.filter_places as f
            where f.version = live
        ) as m
        group by m.name
    loop
        if model.is_too_much then
            raise exception 'a weight of version % is not between % and %',
                live, trim_scale((lightest + 1) / 100.0), trim_scale((lightest + levels - 1) / 100.0)
                using errcode = 'numeric_value_out_of_range';
        end if;
        last_slot := ceil(model.size / most_taken / 2);
        last_bucket := 2 ^ ceil(log(2, model.size / hashes_in_a_bucket)) - 1;
        slots := array_fill(0::bigint, array[2 * last_slot + 1], array[-last_slot]);
        divisors := array_fill(1::bigint, array[last_bucket::integer + 1], array[0]);
        for bucket in
            select
                (h.hash >> 48 & last_bucket)::integer as number,
                array_agg(h.hash order by h.hash) as hashes,
                array_agg(h.entry order by h.hash) as entries
            from unnest(model.hashes, model.entries) as h (hash, entry)
            group by number
            order by count(*) desc, number
        loop
            divisor := last_slot + 1;
            loop
                places := array[]::integer [];
                for nth in 1..cardinality(bucket.hashes) loop
                    place := bucket.hashes[nth] % divisor;
                    exit when slots[place] <> 0 or place = any (places);
                    places := places || place;
                end loop;
                exit when cardinality(places) = cardinality(bucket.hashes);
                divisor := divisor - 1;
                if divisor = 0 then
                    raise exception 'the % of version % do not find a slot each', model.name, live
                        using errcode = 'program_limit_exceeded';
                end if;
            end loop;
            divisors[bucket.number] := divisor;
            for nth in 1..cardinality(places) loop
                slots[places[nth]] := bucket.hashes[nth] # bucket.entries[nth];
            end loop;
        end loop;
        execute format(
            $function$
            create function app.%I()
                returns bigint []
                language sql
                immutable
                set search_path = ''
            as $text$
            select %L::bigint []
            $text$
            $function$,
            model.name || '_slots',
            slots
        );
        execute format(
            $function$
            create function app.%I()
                returns bigint []
                language sql
                immutable
                set search_path = ''
            as $text$
            select %L::bigint []
            $text$
            $function$,
            model.name || '_divisors',
            divisors
        );
        execute format(
            $function$
            create function app.%I()
                returns app.loaded_weights
                language sql
                immutable
                set search_path = ''
            as $text$
            select row(%s, %s, %s, %s)::app.loaded_weights
            $text$
            $function$,
            'loaded_' || model.name,
            live,
            hashtextextended('the weights of a version', 0),
            model.always,
            last_bucket
        );
    end loop;
end;
$load$;
comment on function app.loaded_wording() is
    'Which version of app.filter_weights a session remembers, and how; app.hear_message reads it.';
comment on function app.wording_slots() is 'The weights of grams, as app.loaded_weights says.';
comment on function app.wording_divisors() is 'Of each bucket of grams, as app.loaded_weights says.';
comment on function app.loaded_places() is
    'Which version of app.filter_places a session remembers, and how; app.weigh_places reads it.';
comment on function app.places_slots() is 'The weights and kinds of features, as app.loaded_weights says.';
comment on function app.places_divisors() is 'Of each bucket of features, as app.loaded_weights says.';

-- What a session remembers is what the tables say.
alter table app.filter_weights add constraint weight_is_as_loaded check (
    version <> (app.loaded_wording()).version
    or hashtextextended('the weights of a version', 0) <> (app.loaded_wording()).proof
    or int8xor(
        (app.wording_slots())[
            hashtextextended(gram, 0)
            % (app.wording_divisors())[hashtextextended(gram, 0) >> 48 & (app.loaded_wording()).last_bucket]
        ],
        hashtextextended(gram, 0)
    ) = round(weight * 100) + 1001
);
alter table app.filter_places add constraint weight_is_as_loaded check (
    version <> (app.loaded_places()).version
    or hashtextextended('the weights of a version', 0) <> (app.loaded_places()).proof
    or int8xor(
        (app.places_slots())[
            hashtextextended(feature, 0)
            % (app.places_divisors())[hashtextextended(feature, 0) >> 48 & (app.loaded_places()).last_bucket]
        ],
        hashtextextended(feature, 0)
    ) = 4096 * coalesce(array_position('{address,email,handle,phone,url}', kind), 0) + round(weight * 100) + 1001
);
comment on constraint weight_is_as_loaded on app.filter_weights is
    'A weight of the loaded version stays as it is, and no gram joins it: sessions would not notice. A new version may '
    'weigh otherwise.';
comment on constraint weight_is_as_loaded on app.filter_places is
    'A weight of the loaded version stays as it is, and no feature joins it: sessions would not notice. A new version '
    'may weigh otherwise.';
