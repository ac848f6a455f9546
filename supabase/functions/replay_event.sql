-- An operator has an event applied again, whatever stopped it.

create function backend.replay_event(event_id text, any_version boolean default false)
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
    set state = 'pending',
        reason = null,
        awaits = null
    where e.id = replay_event.event_id
        and e.state in ('dead', 'quarantined', 'waiting')
        and case e.reason
            -- What is quarantined for its envelope stays: it is none of ours, or was never read.
            when 'account' then false
            when 'body' then false
            when 'version' then (
                    replay_event.any_version
                    or app.stripe_payload(e.raw) ->> 'api_version' = (select s.stripe_api_version from app.settings as s)
                )
                and (
                    app.stripe_payload(e.raw) ->> 'account' is null
                    or exists (
                        select
                        from app.connected_accounts as a
                        where a.stripe_account_id = app.stripe_payload(e.raw) ->> 'account'
                    )
                )
            else true
        end
    returning e.state into state;
    if not found then
        select e.state into state
        from app.stripe_events as e
        where e.id = replay_event.event_id;
        if not found then
            raise exception 'no such event' using errcode = 'PT404';
        end if;
        return state;
    end if;
    perform app.log_action('replay_event', 'stripe_event', null, replay_event.event_id);
    return backend.apply_stripe_event(replay_event.event_id);
end;
$$;
comment on function backend.replay_event is
    'Applies a dead, waiting or quarantined event again; returns its state. One of another API version than '
    'app.settings has now stays quarantined, unless any version is to be applied as it is. One that is done stays so: '
    'its facts are posted once anyway. PT404 if there is none.';
grant execute on function backend.replay_event to worker;
