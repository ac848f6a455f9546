-- What version 1 of the words and the weights says, where a look is cheap. Looks into the indexes of app.filter_words,
-- app.filter_weights and app.filter_places were most of what a message took; what a function without arguments always
-- says, a session has in memory. A migration that brings another version and makes it the live one repeats what is
-- below with its number; until then app.read_text, app.hear_message and app.weigh_places look into the tables.

create type app.loaded_table as (
    version smallint,
    proof bigint,
    always integer,
    last_bucket bigint
);
comment on type app.loaded_table is
    'What is loaded of a version of a table. proof: hashtextextended(''the weights of a version'', 0) where it was '
    'made; a server that hashes otherwise cannot look anything up. always: the weight, in hundredths, of what is '
    'everywhere. last_bucket: of the divisors, which begin with 0; a mask of the highest 16 bits of a hash. What '
    'hashes to h, of bucket b, has the slot h % divisors[b], which holds h # entry. The entry of a weight is 4096 * '
    'kind + weight in hundredths + 1,001, which makes it positive; kind counts, from 1, the kinds of app.finding as '
    'the alphabet does, and 0 is none. The entry of a word is the code of its reading''s first sign, and 128 times '
    'that of its second.';

create function app.gram_hash(gram text)
    returns bigint
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    word constant bigint := hashtextextended(split_part(gram, ' ', -1), 0);
begin
    return word # case
        when gram like '% \_ %' then hashtextextended(split_part(gram, ' ', 1), 0) << 2
        when strpos(gram, ' ') > 0 then hashtextextended(split_part(gram, ' ', 1), 0) << 1
        else 0
    end;
end;
$$;
comment on function app.gram_hash is
    'By what a gram of app.filter_weights is looked up: of the hashes of its words, so that app.hear_message hashes '
    'each once.';

do $load$
declare
    live constant smallint := 1;
    lightest constant integer := -1001;  -- hundredths, below all
    levels constant integer := 4096;  -- how many hundredths from there: more is refused by the constraints below
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
            min(m.entry) filter (where m.is_everywhere) + lightest as always,
            array_agg(m.hash order by m.hash) as hashes,
            array_agg(m.entry order by m.hash) as entries
        from (
            select
                'wording' as name, app.gram_hash(w.gram) as hash, w.gram = '' as is_everywhere,
                round(w.weight * 100)::integer - lightest as entry
            from app.filter_weights as w
            where w.version = live
            union all
            select
                'places', hashtextextended(f.feature, 0), f.feature = '',
                levels * coalesce(array_position(kinds, f.kind), 0) + round(f.weight * 100)::integer - lightest
            from app.filter_places as f
            where f.version = live
            union all
            select 'readings', hashtextextended(r.word, 0), false, ascii(r.reading) + 128 * ascii(substr(r.reading, 2))
            from app.filter_words as r
            where r.version = live
        ) as m
        group by m.name
    loop
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
                returns app.loaded_table
                language sql
                immutable
                set search_path = ''
            as $text$
            select row(%s, %s, %s, %s)::app.loaded_table
            $text$
            $function$,
            'loaded_' || model.name,
            live,
            hashtextextended('the weights of a version', 0),
            coalesce(model.always::text, 'null'),
            last_bucket
        );
    end loop;
end;
$load$;
comment on function app.loaded_wording() is
    'Which version of app.filter_weights a session remembers, and how; app.hear_message reads it.';
comment on function app.wording_slots() is 'The weights of grams, as app.loaded_table says.';
comment on function app.wording_divisors() is 'Of each bucket of grams, as app.loaded_table says.';
comment on function app.loaded_places() is
    'Which version of app.filter_places a session remembers, and how; app.weigh_places reads it.';
comment on function app.places_slots() is 'The weights and kinds of features, as app.loaded_table says.';
comment on function app.places_divisors() is 'Of each bucket of features, as app.loaded_table says.';
comment on function app.loaded_readings() is
    'Which version of app.filter_words a session remembers, and how; app.read_text reads it.';
comment on function app.readings_slots() is 'The readings of words, as app.loaded_table says.';
comment on function app.readings_divisors() is 'Of each bucket of words, as app.loaded_table says.';

-- What a session remembers is what the tables say.
alter table app.filter_weights add constraint weight_is_as_loaded check (
    version <> (app.loaded_wording()).version
    or hashtextextended('the weights of a version', 0) <> (app.loaded_wording()).proof
    or int8xor(
        (app.wording_slots())[
            app.gram_hash(gram)
            % (app.wording_divisors())[app.gram_hash(gram) >> 48 & (app.loaded_wording()).last_bucket]
        ],
        app.gram_hash(gram)
    ) = round(weight * 100) + 1001
    and weight between -10 and 30.94
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
    and weight between -10 and 30.94
);
alter table app.filter_words add constraint reading_is_as_loaded check (
    version <> (app.loaded_readings()).version
    or hashtextextended('the weights of a version', 0) <> (app.loaded_readings()).proof
    or int8xor(
        (app.readings_slots())[
            hashtextextended(word, 0)
            % (app.readings_divisors())[hashtextextended(word, 0) >> 48 & (app.loaded_readings()).last_bucket]
        ],
        hashtextextended(word, 0)
    ) = ascii(reading) + 128 * ascii(substr(reading, 2))
);
comment on constraint weight_is_as_loaded on app.filter_weights is
    'A weight of the loaded version stays as it is, and no gram joins it: sessions would not notice. A new version may '
    'weigh otherwise.';
comment on constraint weight_is_as_loaded on app.filter_places is
    'A weight of the loaded version stays as it is, and no feature joins it: sessions would not notice. A new version '
    'may weigh otherwise.';
comment on constraint reading_is_as_loaded on app.filter_words is
    'A word of the loaded version stays as it is, and none joins it: sessions would not notice. A new version may read '
    'otherwise.';
