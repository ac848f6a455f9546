-- An admin dismisses a flag, or confirms it: only a person makes a violation.

create function api.decide_flag(
    flag_id uuid,
    decision text,
    reason text,
    severity text default null,
    clause text default null
)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    flag app.contact_flags;
begin
    perform app.lock_standing('may_take_work');
    if decision not in ('dismissed', 'confirmed') or coalesce(reason, '') = '' then
        raise exception 'dismissed or confirmed, and a reason, are needed' using errcode = 'PT422';
    end if;
    select * into flag
    from app.contact_flags as f
    where f.id = decide_flag.flag_id
    for update;
    if not found then
        raise exception 'no such flag' using errcode = 'PT404';
    end if;
    if flag.status <> 'open' then
        raise exception 'the flag is decided already' using errcode = 'PT409';
    end if;
    if decision = 'confirmed'
        and exists (
            select from app.people as p where p.id = flag.person_id and p.persona = 'customer'
        )
    then
        raise exception 'customers are warned, never punished' using errcode = 'PT409';
    end if;

    update app.contact_flags as f
    set status = decide_flag.decision,
        severity = coalesce(decide_flag.severity, f.severity),
        decided_by = app.current_person_id(),
        decided_at = app.current_instant(),
        decision_reason = decide_flag.reason
    where f.id = flag.id;
    if decision = 'confirmed' then
        insert into app.violations (flag_id, person_id, severity, clause, facts, decided_by)
        values (
            flag.id, flag.person_id, coalesce(decide_flag.severity, flag.severity),
            app.clean_text(decide_flag.clause), app.clean_text(decide_flag.reason),
            app.current_person_id()
        );
        perform app.tell(flag.person_id, 'violation_found', flag.id);
    end if;
    perform app.log_action(
        'decide_flag', 'flag', flag.id, reason, jsonb_build_object('decision', decision)
    );
exception
    when check_violation or not_null_violation then
        raise exception 'a severity S1 to S3 and a clause are needed' using errcode = 'PT422';
end;
$$;
comment on function api.decide_flag is
    'Decides an open flag. Confirmed, it becomes a violation with clause and facts, which the person '
    'reads. PT404, PT409 when decided, PT422 without reason or clause.';
grant execute on function api.decide_flag to platform_admin;
