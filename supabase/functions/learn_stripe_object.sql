-- What Stripe answered when it was asked is a fact like any that it tells by itself.

create function backend.learn_stripe_object(type text, object jsonb)
    returns text
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    event app.stripe_events;
begin
    event.type := learn_stripe_object.type;
    event.created_at := app.current_instant();
    event.payload := jsonb_build_object(
        'data', jsonb_build_object('object', learn_stripe_object.object)
    );
    event := app.apply_event(event);
    -- Whatever waited for this object is looked at again.
    perform app.wake_events(learn_stripe_object.object ->> 'id');
    return event.state || coalesce(': ' || event.reason, '');
end;
$$;
comment on function backend.learn_stripe_object is
    'Applies an object as an event of this type would, once; returns the state. What an event tells of '
    'it besides changes nothing.';
grant execute on function backend.learn_stripe_object to worker;
