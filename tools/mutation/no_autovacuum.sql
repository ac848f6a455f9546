-- A play that takes tables over could meet the autovacuum in a deadlock, and would have noticed no rule.
-- The catalogs keep theirs.

do $$
declare
    relation text;
begin
    for relation in
        select c.oid::regclass
        from pg_class as c
        where c.relnamespace = 'app'::regnamespace
            and c.relkind = 'r'
    loop
        execute format('alter table %s set (autovacuum_enabled = false)', relation);
    end loop;
end;
$$;
