-- A job for the worker, in the caller's transaction: it runs if, and only if, that commits.

create function app.enqueue_job(task_name text, arguments jsonb, lock text default null)
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    select (
        procrastinate.procrastinate_defer_jobs_v1(
            array[
                row('default', task_name, 0, lock, null, arguments, null)
                    ::procrastinate.procrastinate_job_to_defer_v1
            ]
        )
    )[1];
$$;
comment on function app.enqueue_job is
    'Queues a task with its arguments (ids only); returns the job. Jobs of one lock run one at a time, in order.';
