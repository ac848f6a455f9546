-- An event of another API version is settled: what it is about was asked of Stripe anew, and applied.

create function backend.end_quarantine(event_id text)
    returns text
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    state text;
begin
    update app.stripe_events as e
    set state = 'done',
        applied_at = app.current_instant()
    where e.id = end_quarantine.event_id
        and e.state = 'quarantined'
        and e.reason = 'version'
    returning e.state into state;
    if not found then
        raise exception 'no such event is quarantined for its version' using errcode = 'PT404';
    end if;
    perform app.log_action('end_quarantine', 'stripe_event', null, end_quarantine.event_id);
    return state;
end;
$$;
comment on function backend.end_quarantine is
    'Marks an event that was quarantined for its API version as done, and keeps that as the reason; returns '
    'its state. PT404 if there is none.';
grant execute on function backend.end_quarantine to worker;
