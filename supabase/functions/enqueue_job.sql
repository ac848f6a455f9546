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
    insert into procrastinate.procrastinate_jobs (queue_name, task_name, lock, args)
    values ('default', enqueue_job.task_name, enqueue_job.lock, enqueue_job.arguments)
    returning id into job_id;
    return job_id;
end;
$$;
comment on function app.enqueue_job is
    'Queues a task with its arguments (ids only); returns the job. Jobs of one lock run one at a time, in order.';
