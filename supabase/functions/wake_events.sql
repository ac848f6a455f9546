-- What waited for an object of Stripe's is applied, now that it is here.

create function app.wake_events(stripe_id text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    woken text;
begin
    for woken in
        update app.stripe_events as e
        set state = 'pending',
            reason = null,
            awaits = null
        where e.state = 'waiting'
            and e.awaits = wake_events.stripe_id
        returning e.id
    loop
        perform app.enqueue_job(
            'apply_stripe_event', jsonb_build_object('event_id', woken)
        );
    end loop;
end;
$$;
comment on function app.wake_events is 'Queues the events that await this object.';
