-- What Stripe answered when it was asked is a fact like any that it tells by itself.

create function backend.learn_stripe_object(type text, object jsonb)
    returns text
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    event app.parsed_event;
    stripe_id text := learn_stripe_object.object ->> 'id';
begin
    event.type := learn_stripe_object.type;
    event.created_at := app.current_instant();
    event.payload := jsonb_build_object(
        'data', jsonb_build_object('object', learn_stripe_object.object)
    );
    event := app.apply_event(event);
    case event.state
        when 'done' then
            perform app.wake_events(stripe_id);
        when 'quarantined' then
            -- What is about an object that is not ours, is not ours either.
            update app.stripe_events as e
            set state = 'quarantined',
                reason = event.reason,
                awaits = null
            where e.state = 'waiting'
                and (
                    e.awaits = stripe_id
                    or event.type = 'charge.succeeded'
                    and e.awaits = learn_stripe_object.object ->> 'payment_intent'
                );
        else
            -- It waits itself: to look again at what waits for it would ask Stripe without end.
            null;
    end case;
    return event.state || coalesce(': ' || event.reason, '');
end;
$$;
comment on function backend.learn_stripe_object is
    'Applies an object as an event of this type would, once; returns the state. What an event tells of '
    'it besides changes nothing. Events that waited for it are queued, or quarantined with it.';
grant execute on function backend.learn_stripe_object to worker;
