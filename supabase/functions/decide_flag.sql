-- An admin dismisses a flag, warns a customer, or confirms it: only a person makes a violation. The gravest takes two.

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
    caller uuid := app.current_person_id();
    instant timestamptz := app.current_instant();
    flag app.contact_flags;
    graded text;
    is_customer boolean;
    is_proposed boolean;
    holder uuid;
    violation_id uuid;
begin
    perform app.lock_standing('may_take_work');
    if decision is null or decision not in ('dismissed', 'warned', 'confirmed') or coalesce(reason, '') = ''
    then
        raise exception 'dismissed, warned or confirmed, and a reason, are needed' using errcode = 'PT422';
    end if;
    select * into flag
    from app.contact_flags as f
    where f.id = decide_flag.flag_id
    for update;
    if not found then
        raise exception 'no such flag' using errcode = 'PT404';
    end if;
    if flag.status not in ('open', 'proposed') then
        raise exception 'the flag is decided already' using errcode = 'PT409';
    end if;
    if flag.claimed_by <> caller and flag.claimed_until > instant then
        raise exception 'another admin works on this flag' using errcode = 'PT409';
    end if;
    graded := coalesce(decide_flag.severity, flag.severity);
    is_customer := exists (
        select from app.people as p where p.id = flag.person_id and p.persona = 'customer'
    );
    if decision = 'warned' and not is_customer then
        raise exception 'only customers are warned instead' using errcode = 'PT409';
    end if;
    if decision = 'confirmed' then
        if is_customer then
            raise exception 'customers are warned, never punished' using errcode = 'PT409';
        end if;
        if graded not in ('S1', 'S2', 'S3') or coalesce(clause, '') = '' then
            raise exception 'a severity S1 to S3 and a clause are needed' using errcode = 'PT422';
        end if;
        if flag.status = 'proposed' and flag.proposed_by = caller then
            raise exception 'a second admin decides' using errcode = 'PT409';
        end if;
    end if;

    is_proposed := decision = 'confirmed' and graded = 'S3' and flag.status = 'open';
    update app.contact_flags as f
    set status = case when is_proposed then 'proposed' else decide_flag.decision end,
        severity = graded,
        claimed_by = null,
        claimed_until = null,
        proposed_by = case when is_proposed then caller else f.proposed_by end,
        decided_by = case when not is_proposed then caller end,
        decided_at = case when not is_proposed then instant end,
        decision_reason = decide_flag.reason
    where f.id = flag.id;
    if decision = 'warned' then
        perform app.tell(flag.person_id, 'conduct_warning', flag.message_id);
    end if;
    if decision = 'confirmed' and not is_proposed then
        select t.provider_id into strict holder from app.threads as t where t.id = flag.thread_id;
        -- Two decisions on one holder count one after the other.
        perform from app.standings as s where s.holder_id = holder for update;
        insert into app.violations (
            flag_id, person_id, holder_id, number, severity, clause, facts, decided_by, seconded_by
        )
        select
            flag.id,
            flag.person_id,
            h.id,
            1 + coalesce(max(v.number), 0),
            graded,
            app.clean_text(decide_flag.clause),
            app.clean_text(decide_flag.reason),
            coalesce(flag.proposed_by, caller),
            case when flag.proposed_by is not null then caller end
        from (values (holder)) as h (id)
        left join app.violations as v on h.id = v.holder_id
        group by h.id
        returning id into violation_id;
        if graded = 'S1' then
            perform app.tell(flag.person_id, 'education', violation_id);
        else
            perform app.tell(flag.person_id, 'violation_found', violation_id);
            perform app.climb_ladder(violation_id);
        end if;
    end if;
    perform app.log_action(
        'decide_flag', 'flag', flag.id, reason,
        jsonb_build_object(
            'decision', case when is_proposed then 'proposed' else decision end,
            'severity', graded,
            'clause', clause
        )
    );
end;
$$;
comment on function api.decide_flag is
    'Decides a flag. Warned, a customer is told so, of which message. Confirmed, it becomes a violation with '
    'clause and facts, which the person reads; S1 is education, from S2 on the next step of the ladder '
    'follows. S3 is proposed by one admin and confirmed by another. PT404, PT409 when decided, claimed by '
    'another, for confirming a customer''s or warning anybody else, PT422 without reason, severity or clause.';
grant execute on function api.decide_flag to platform_admin;
