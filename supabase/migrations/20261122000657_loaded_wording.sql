-- What the words of version 1 weigh, where a look is cheap. Two looks a word into an index of app.filter_weights were
-- most of what a harmless message took; what a function without arguments always says, a session has in memory. A
-- migration that brings another version and makes it the live one repeats what is below with its number; until then
-- app.hear_message looks that version up in the table.

create type app.loaded_wording as (
    version smallint,
    proof bigint,
    always integer,
    last_slot integer,
    last_bucket integer
);
comment on type app.loaded_wording is
    'What is loaded of the wording, in hundredths of its weights. proof: '
    'hashtextextended(''the words of a version'', 0) where it was made; a server that hashes otherwise cannot look '
    'anything up. always: what every message weighs. last_slot, last_bucket: of app.loaded_slots and '
    'app.loaded_shifts, which begin with 0; masks of a hash.';

do $load$
declare
    live constant smallint := 1;
    least_weight constant integer := -1001;  -- hundredths; as in app.hear_message
    most_levels constant integer := 4095;  -- above it: what the 12 bits of a slot hold
    mark constant bigint := 262143;
    -- Hash and displace: grams that share a bucket are shifted together until each has a slot of its own, the largest
    -- bucket first (D. Belazzougui, F. Botelho, M. Dietzfelbinger: Hash, Displace, and Compress, 2009).
    grams_in_a_bucket constant integer := 4;
    most_shifts constant integer := 1000000;
    size integer;
    buckets integer;
    slots integer [];
    shifts integer [];
    bucket record;
    place integer;
    places integer [];
    shift integer;
begin
    -- powers of two, so that a bit mask tells the slot; nineteen of twenty may be taken
    select 2 ^ ceil(log(2, count(*) / 0.95)) into strict size
    from app.filter_weights as w
    where w.version = live;
    buckets := size / grams_in_a_bucket;
    slots := array_fill(0, array[size], array[0]);
    shifts := array_fill(0, array[buckets], array[0]);
    for bucket in
        select
            n.hash >> 32 & (buckets - 1) as number,
            array_agg(n.hash order by n.hash) as hashes,
            array_agg(n.level order by n.hash) as levels,
            min(n.level) < 1 or max(n.level) > most_levels as is_too_much
        from (
            select
                hashtextextended(w.gram, 0) as hash,
                round(w.weight * 100)::integer - least_weight as level
            from app.filter_weights as w
            where w.version = live
        ) as n
        group by number
        order by count(*) desc, number
    loop
        if bucket.is_too_much then
            raise exception 'a weight of version % is not between % and %',
                live, trim_scale((least_weight + 1) / 100.0), trim_scale((least_weight + most_levels) / 100.0)
                using errcode = 'numeric_value_out_of_range';
        end if;
        shift := 0;
        loop
            places := array[]::integer [];
            for nth in 1..cardinality(bucket.hashes) loop
                -- the lowest bits of a hash, shifted by steps of bits 18 to 31; from 32 the bucket, from 46 the mark
                place := (bucket.hashes[nth] + shift * (bucket.hashes[nth] >> 18 & 16383 | 1)) & (size - 1);
                exit when slots[place] <> 0 or place = any (places);
                places := places || place;
            end loop;
            exit when cardinality(places) = cardinality(bucket.hashes);
            shift := shift + 1;
            if shift > most_shifts then
                raise exception 'the grams of version % do not find a slot each', live
                    using errcode = 'program_limit_exceeded';
            end if;
        end loop;
        shifts[bucket.number] := shift;
        for nth in 1..cardinality(places) loop
            slots[places[nth]] := ((bucket.hashes[nth] >> 46 & mark) + mark + 1) << 12 | bucket.levels[nth];
        end loop;
    end loop;
    execute format(
        $function$
        create function app.loaded_slots()
            returns integer []
            language sql
            immutable
            set search_path = ''
        as $text$
        select %L::integer []
        $text$
        $function$,
        slots
    );
    execute format(
        $function$
        create function app.loaded_shifts()
            returns integer []
            language sql
            immutable
            set search_path = ''
        as $text$
        select %L::integer []
        $text$
        $function$,
        shifts
    );
    execute format(
        $function$
        create function app.loaded_wording()
            returns app.loaded_wording
            language sql
            immutable
            set search_path = ''
        as $text$
        select row(%s, %s, %s, %s, %s)::app.loaded_wording
        $text$
        $function$,
        live,
        hashtextextended('the words of a version', 0),
        (
            select round(w.weight * 100)
            from app.filter_weights as w
            where w.version = live and w.gram = ''
        ),
        size - 1,
        buckets - 1
    );
end;
$load$;
comment on function app.loaded_wording() is
    'Which version of app.filter_weights a session remembers, and how; app.hear_message reads it.';
comment on function app.loaded_slots() is
    'Of each gram that is loaded a mark, 18 bits of its hash and one that is always set, and in the lowest 12 bits its '
    'weight in hundredths, which 1,001 makes positive; 0 where there is none.';
comment on function app.loaded_shifts() is 'By how many steps the grams of a bucket are shifted.';

-- What a session remembers is what the table says.
alter table app.filter_weights add constraint weight_is_as_loaded check (
    version <> (app.loaded_wording()).version
    or hashtextextended('the words of a version', 0) <> (app.loaded_wording()).proof
    or (app.loaded_slots())[
        (
            hashtextextended(gram, 0)
            + (app.loaded_shifts())[hashtextextended(gram, 0) >> 32 & (app.loaded_wording()).last_bucket]
            * (hashtextextended(gram, 0) >> 18 & 16383 | 1)
        ) & (app.loaded_wording()).last_slot
    ] - ((hashtextextended(gram, 0) >> 46 & 262143 | 262144) << 12) = round(weight * 100) + 1001
);
comment on constraint weight_is_as_loaded on app.filter_weights is
    'A weight of the loaded version stays as it is, and no gram joins it: sessions would not notice. A new version may '
    'weigh otherwise.';
