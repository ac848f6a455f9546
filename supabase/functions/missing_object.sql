-- What an event waits for, and may be fetched.

create function backend.missing_object(event_id text)
    returns table (reason text, stripe_id text)
    language plpgsql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    return query
    select e.reason, e.awaits
    from app.stripe_events as e
    where e.id = missing_object.event_id
        and e.state = 'waiting'
        -- A charge is nearly always told of by itself.
        and (
            e.reason not in ('charge', 'payment_intent')
            or e.received_at <= app.current_instant() - interval '10 minutes'
        );
end;
$$;
comment on function backend.missing_object is
    'Why the event waits and for which object, or nothing while that may still come by itself.';
grant execute on function backend.missing_object to worker;
