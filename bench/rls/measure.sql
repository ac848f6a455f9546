-- How long a query takes in the database, and for whom.

create function pg_temp.elapsed_ms(role text, person_id text, query text)
    returns double precision
    language plpgsql
    volatile
as $$
declare
    began timestamptz;
    ended timestamptz;
begin
    perform set_config(
        'request.jwt.claims', json_build_object('sub', person_id, 'role', role)::text, true
    );
    perform set_config('role', role, true);
    began := clock_timestamp();
    execute query;
    ended := clock_timestamp();
    perform set_config('role', 'none', true);
    return extract(epoch from ended - began) * 1000;
end;
$$;
comment on function pg_temp.elapsed_ms is
    'Milliseconds from the text of a query to its last row: parsed, rewritten, planned and run anew '
    'each time, as by the simple protocol. Neither a client nor a network is in it.';
