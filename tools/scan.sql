-- One message, and the time that the filter itself took for it.

create function pg_temp.scan(
    body text, earlier text[], version smallint, out details jsonb, out us real
)
    language plpgsql
    volatile
as $$
declare
    begun constant timestamptz := clock_timestamp();
    findings constant app.finding[] := app.find_contacts(body, earlier, version);
begin
    us := extract(epoch from clock_timestamp() - begun) * 1e6;
    details := to_jsonb(coalesce(findings, array[]::app.finding[]));
end;
$$;
