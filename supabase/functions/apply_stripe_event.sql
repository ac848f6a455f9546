-- Does what one of Stripe's events says, once: facts, whatever the order in which they come.

create function backend.apply_stripe_event(event_id text)
    returns text
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    stored app.stripe_events;
    payload jsonb;
    event app.parsed_event;
begin
    select * into stored
    from app.stripe_events as e
    where e.id = apply_stripe_event.event_id
    for update;
    if not found then
        raise exception 'no such event' using errcode = 'PT404';
    end if;
    if stored.state not in ('pending', 'waiting') then
        return stored.state;
    end if;

    begin
        payload := app.stripe_payload(stored.raw);
    exception
        -- What only taking it apart shows: a number beyond numeric, for one.
        when data_exception or program_limit_exceeded then
            update app.stripe_events as e
            set state = 'quarantined',
                reason = 'body'
            where e.id = stored.id;
            return 'quarantined';
    end;
    event := app.apply_event((
        stored.id, stored.type, stored.created_at, payload, null, null, null
    )::app.parsed_event);
    update app.stripe_events as e
    set state = event.state,
        reason = event.reason,
        awaits = event.awaits,
        applied_at = case when event.state = 'done' then app.current_instant() end
    where e.id = event.id;
    return event.state;
end;
$$;
comment on function backend.apply_stripe_event is
    'Applies a stored event; returns its state. Waiting: it is about an object of Stripe''s that was '
    'not told of. Quarantined: payment, amount, currency or account is not ours, and nothing was '
    'changed.';
grant execute on function backend.apply_stripe_event to worker;
