-- Events whose job was lost are queued again; those whose job has failed for good are given up.

create function backend.enqueue_pending_events()
    returns integer
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    event_id text;
    queued integer := 0;
begin
    update app.stripe_events as e
    set state = 'dead',
        reason = 'job'
    where e.state = 'pending'
        and exists (
            select
            from procrastinate.procrastinate_jobs as j
            where j.task_name = 'apply_stripe_event'
                and j.args ->> 'event_id' = e.id
                and j.status = 'failed'
        );

    for event_id in
        select e.id
        from app.stripe_events as e
        where (
                e.state = 'pending'
                and e.received_at <= app.current_instant() - interval '1 minute'
                or e.state = 'waiting'
                and coalesce(e.look_at, e.received_at + interval '10 minutes') <= app.current_instant()
            )
            and not exists (
                select
                from procrastinate.procrastinate_jobs as j
                where j.task_name = 'apply_stripe_event'
                    and j.args ->> 'event_id' = e.id
                    and j.status in ('todo', 'doing')
            )
        order by e.received_at
        limit 1000
        for update skip locked
    loop
        -- Each time it has waited twice as long: what stays away for days is asked for once a day.
        update app.stripe_events as e
        set look_at = app.current_instant()
            + least(app.current_instant() - e.received_at, interval '1 day')
        where e.id = event_id
            and e.state = 'waiting';
        perform app.enqueue_job(
            'apply_stripe_event', jsonb_build_object('event_id', event_id)
        );
        queued := queued + 1;
    end loop;
    return queued;
end;
$$;
comment on function backend.enqueue_pending_events is
    'Queues events that have been pending for a minute, or waiting for ten and then twice as long each '
    'time, a day at most, without a job; how many. Dead are those whose job failed.';
grant execute on function backend.enqueue_pending_events to worker;
