-- That every row refers to rows which are there.

-- step: foreign keys

-- They were not checked while loading.
do $$
declare
    key record;
    orphans bigint;
begin
    for key in
        select
            c.conname,
            c.conrelid::regclass as referring,
            c.confrelid::regclass as referred,
            string_agg(format('r.%I = t.%I', theirs.attname, ours.attname), ' and ') as match,
            string_agg(format('t.%I is not null', ours.attname), ' and ') as given
        from pg_catalog.pg_constraint as c
        cross join unnest(c.conkey, c.confkey) as k (our_column, their_column)
        inner join pg_catalog.pg_attribute as ours
            on c.conrelid = ours.attrelid and k.our_column = ours.attnum
        inner join pg_catalog.pg_attribute as theirs
            on c.confrelid = theirs.attrelid and k.their_column = theirs.attnum
        where c.contype = 'f'
            and c.connamespace = 'app'::regnamespace
        group by c.oid
    loop
        execute format(
            'select count(*) from %s as t where %s and not exists (select from %s as r where %s)',
            key.referring, key.given, key.referred, key.match
        ) into orphans;
        if orphans > 0 then
            raise exception '% of % refers to nothing in % rows', key.conname, key.referring, orphans;
        end if;
    end loop;
end;
$$;
