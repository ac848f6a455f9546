-- Writes down what a privileged hand did.

create function app.log_action(
    action text,
    subject text,
    subject_id uuid,
    reason text,
    details jsonb default '{}'
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    insert into app.audit_log (actor_id, action, subject, subject_id, reason, details)
    values (
        app.current_person_id(),
        log_action.action,
        log_action.subject,
        log_action.subject_id,
        log_action.reason,
        log_action.details
    );
end;
$$;
comment on function app.log_action is
    'Adds a row to the audit log; the actor is the caller''s account, or none for a job or the owner.';
