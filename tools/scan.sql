-- One message, and the time that the filter itself took for it.

create function pg_temp.scan(body text, earlier text[], out details jsonb, out us real)
    language plpgsql
    volatile
as $$
declare
    begun constant timestamptz := clock_timestamp();
begin
    details := (
        select coalesce(jsonb_agg(to_jsonb(c)), '[]')
        from app.find_contacts(scan.body, scan.earlier) as c
    );
    us := extract(epoch from clock_timestamp() - begun) * 1e6;
end;
$$;
