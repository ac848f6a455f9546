-- A job for the worker, in the caller's transaction: it runs if, and only if, that commits.

create function app.enqueue_job(task_name text, arguments jsonb, lock text default null)
    returns bigint
    language plpgsql  -- one in SQL would be planned again in each call
    volatile
    set search_path = ''
as $$
declare
    job_id bigint;
begin
    job_id := (
        procrastinate.procrastinate_defer_jobs_v1(
            array[
                row('default', task_name, 0, lock, null, arguments, null)
                    ::procrastinate.procrastinate_job_to_defer_v1
            ]
        )
    )[1];
    -- What the queue's own trigger says of a new job, for the worker to begin at once.
    perform pg_notify(
        'procrastinate_any_queue_v1',
        json_build_object('type', 'job_inserted', 'job_id', job_id)::text
    );
    return job_id;
end;
$$;
comment on function app.enqueue_job is
    'Queues a task with its arguments (ids only); returns the job. Jobs of one lock run one at a time, in order.';
