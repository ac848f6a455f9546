-- What may the service do, and whoever is signed in without a persona?

begin;
select plan(9);

select tests.reaches_exactly('backend', $$
backend.begin_checkout(person_id, payment_id)
backend.begin_payout_account(person_id, workshop_id)
backend.fail_checkout(payment_id, attempt)
backend.fail_payout_account(owner_id, attempt)
backend.readiness()
backend.record_checkout(payment_id, attempt, stripe_session_id, url, expires_at)
backend.record_payout_account(owner_id, stripe_account_id)
backend.record_stripe_event(event_id, raw)
$$);

select tests.reaches_exactly('worker', $$
procrastinate.procrastinate_events
    at, id, job_id, type
procrastinate.procrastinate_jobs
    abort_requested, args, attempts, id, lock, priority, queue_name, queueing_lock,
    scheduled_at, status, task_name, worker_id
procrastinate.procrastinate_periodic_defers
    defer_timestamp, id, job_id, periodic_id, task_name
procrastinate.procrastinate_workers
    id, last_heartbeat
backend.apply_stripe_event(event_id)
backend.begin_expiry(payment_id, attempt)
backend.begin_refund(refund_id)
backend.begin_reversal(payment_id, part)
backend.begin_transfer(payment_id, part)
backend.candidate_workshops(escalation_id)
backend.connected_account_ids()
backend.end_expiry(payment_id, attempt)
backend.end_quarantine(event_id)
backend.end_reversal(reversal_id, failure)
backend.enqueue_due_money()
backend.enqueue_pending_events()
backend.expire_overdue()
backend.fail_refund(refund_id, failure, try_again)
backend.fail_transfer(payment_id, part, attempt, failure, retry_after)
backend.keep_differences(differences)
backend.lacking_events(event_ids)
backend.learn_stripe_object(type, object)
backend.matching_settings()
backend.missing_object(event_id)
backend.offer_escalation(escalation_id, config_version, choices)
backend.readiness()
backend.reconcile(lines, since)
backend.record_stripe_event(event_id, raw)
backend.replay_event(event_id, any_version)
backend.trial_balance()
procrastinate.procrastinate_cancel_job_v1(job_id, abort, delete_job)
procrastinate.procrastinate_defer_jobs_v1(jobs)
procrastinate.procrastinate_defer_periodic_job_v2(_queue_name, _lock, _queueing_lock, _task_name, _priority, _periodic_id, _defer_timestamp, _args)
procrastinate.procrastinate_fetch_job_v2(target_queue_names, p_worker_id)
procrastinate.procrastinate_finish_job_v1(job_id, end_status, delete_job)
procrastinate.procrastinate_notify_queue_abort_job_v1()
procrastinate.procrastinate_notify_queue_job_inserted_v1()
procrastinate.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat)
procrastinate.procrastinate_register_worker_v1()
procrastinate.procrastinate_retry_job_v1(job_id, retry_at, new_priority, new_queue_name, new_lock)
procrastinate.procrastinate_retry_job_v2(job_id, retry_at, new_priority, new_queue_name, new_lock)
procrastinate.procrastinate_trigger_abort_requested_events_procedure_v1()
procrastinate.procrastinate_trigger_function_scheduled_events_v1()
procrastinate.procrastinate_trigger_function_status_events_insert_v1()
procrastinate.procrastinate_trigger_function_status_events_update_v1()
procrastinate.procrastinate_unlink_periodic_defers_v1()
procrastinate.procrastinate_unregister_worker_v1(worker_id)
procrastinate.procrastinate_update_heartbeat_v1(worker_id)
$$);

select tests.reaches_exactly('media_worker', '');
select tests.reaches_exactly('anon', '');
select tests.reaches_exactly('authenticated', '');
select tests.reaches_exactly('service_role', '');

select is(
    tests.code_as_service('backend', 'select from app.payments'), '42501',
    'the web process reads no table'
);
select is(
    tests.code_as_service('backend', $$ select backend.apply_stripe_event('evt_1') $$), '42501',
    'and does not do the worker''s part'
);
select is(
    tests.code_as_service('worker', $$ select backend.begin_checkout(null, null) $$),
    '42501',
    'the worker does not do the web process''s part'
);

select * from finish();
rollback;
