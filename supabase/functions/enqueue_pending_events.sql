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
                and e.received_at <= app.current_instant() - interval '10 minutes'
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
        perform app.enqueue_job(
            'apply_stripe_event', jsonb_build_object('event_id', event_id)
        );
        queued := queued + 1;
    end loop;
    return queued;
end;
$$;
comment on function backend.enqueue_pending_events is
    'Queues events that have been pending for a minute, or waiting for ten, without a job; how many. '
    'Dead are those whose job failed.';
grant execute on function backend.enqueue_pending_events to worker;
