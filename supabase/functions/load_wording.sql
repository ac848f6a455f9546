-- What the words of the live version weigh, where a look is cheap. Two looks a word into an index, 5 us each, were most
-- of what a harmless message took. So a function says it, too, app.loaded_wording: a session reads its text once. True
-- is what the table says; whenever that or the live version changes, the function is made anew.

create function app.load_wording()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    least_weight constant integer := -1001;  -- hundredths; as in app.hear_message
    most_levels constant integer := 4095;  -- above it: what the 12 bits of a slot hold beside the mark
    mark constant bigint := 262143;
    -- Hash and displace: names that share a bucket are shifted together until each has a slot of its own, the largest
    -- bucket first (D. Belazzougui, F. Botelho, M. Dietzfelbinger: Hash, Displace, and Compress, 2009).
    names_in_a_bucket constant integer := 4;
    most_shifts constant integer := 1000000;
    live smallint;
    size integer;
    buckets integer;
    slots integer[];
    shifts integer[];
    bucket record;
    place integer;
    places integer[];
    shift integer;
begin
    select s.filter_version into strict live
    from app.settings as s;
    -- powers of two, so that a bit mask tells the slot; nine of ten may be taken
    select greatest(2 ^ ceil(log(2, count(*) / 0.9 + 1)), names_in_a_bucket) into size
    from app.filter_weights as w
    where w.version = live;
    buckets := size / names_in_a_bucket;
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
            places := array[]::integer[];
            for nth in 1..cardinality(bucket.hashes) loop
                place := (bucket.hashes[nth] + shift * (bucket.hashes[nth] >> 18 & 16383 | 1)) & (size - 1);
                exit when slots[place] <> 0 or place = any (places);
                places := places || place;
            end loop;
            exit when cardinality(places) = cardinality(bucket.hashes);
            shift := shift + 1;
            if shift > most_shifts then
                raise exception 'the words of version % do not find a slot each', live
                    using errcode = 'program_limit_exceeded';
            end if;
        end loop;
        shifts[bucket.number] := shift;
        for nth in 1..cardinality(places) loop
            slots[places[nth]]
                := ((bucket.hashes[nth] >> 46 & mark) + mark + 1) << 12 | bucket.levels[nth];
        end loop;
    end loop;
    -- Without a search_path, and a set of one row behind an OFFSET, so that the query that asks takes both in as they
    -- stand, once.
    execute format(
        $function$
        create or replace function app.loaded_wording(model_version smallint)
            returns table (version smallint, slots integer[], shifts integer[])
            language sql
            immutable
            parallel safe
            rows 1
        as $text$
        select %1$s::pg_catalog.int2, %2$L::pg_catalog.int4[], %3$L::pg_catalog.int4[]
        where coalesce(model_version, %1$s) operator(pg_catalog.=) %1$s
        offset 0
        $text$
        $function$,
        live, slots, shifts
    );
    comment on function app.loaded_wording is
        'The weights of the live version, as app.load_wording has put them and app.look_up reads them; nothing for '
        'another version.';
    return null;
end;
$$;
comment on function app.load_wording is
    'Makes app.loaded_wording of the live version''s rows of app.filter_weights.';

create trigger live_wording_is_loaded
    after insert or update or delete or truncate on app.filter_weights
    for each statement execute function app.load_wording();
create trigger live_wording_is_loaded
    after insert or update of filter_version on app.settings
    for each row execute function app.load_wording();

update app.settings set filter_version = filter_version;
