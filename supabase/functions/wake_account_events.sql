-- What Stripe told of a payee's account before that was written down is applied.

create function app.wake_account_events(stripe_account_id text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    woken text;
begin
    for woken in
        with unknown as materialized (
            -- Its body is JSON that jsonb takes: else it would not be known to be of an account.
            select e.id, convert_from(e.raw, 'UTF8')::jsonb ->> 'account' as account_id
            from app.stripe_events as e
            where e.state = 'quarantined'
                and e.reason = 'account'
                and e.type like any(array['account.%', 'capability.%', 'payout.%'])
        )
        update app.stripe_events as e
        set state = 'pending',
            reason = null
        from unknown as u
        where e.id = u.id
            and u.account_id = wake_account_events.stripe_account_id
        returning e.id
    loop
        perform app.enqueue_job(
            'apply_stripe_event', jsonb_build_object('event_id', woken)
        );
    end loop;
end;
$$;
comment on function app.wake_account_events is
    'Queues the events that were quarantined because nobody had this account yet.';
