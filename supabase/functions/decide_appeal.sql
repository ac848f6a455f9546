-- An admin who had no part in a restriction upholds it, or overturns it with all that followed.

create function api.decide_appeal(appeal_id uuid, outcome text, reason text)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    appeal app.appeals;
    overturned_id uuid;
begin
    perform app.lock_standing('may_take_work');
    if outcome is null or outcome not in ('upheld', 'overturned') or coalesce(reason, '') = '' then
        raise exception 'upheld or overturned, and a reason, are needed' using errcode = 'PT422';
    end if;
    select * into appeal from app.appeals as a where a.id = decide_appeal.appeal_id;
    if not found then
        raise exception 'no such appeal' using errcode = 'PT404';
    end if;
    -- Two decisions on one holder come one after the other: the second sees what the first decided and regraded.
    perform from app.standings as s where s.holder_id = appeal.holder_id for update;
    select * into strict appeal from app.appeals as a where a.id = appeal.id;
    if appeal.status <> 'open' then
        raise exception 'the appeal is decided already' using errcode = 'PT409';
    end if;
    if caller in (appeal.restricted_by, appeal.seconded_by) then
        raise exception 'somebody else reviews a decision' using errcode = 'PT409';
    end if;
    update app.appeals as a
    set status = outcome,
        reviewed_by = caller,
        reviewed_at = app.current_instant(),
        review_reason = app.clean_text(reason)
    where a.id = appeal.id;

    if outcome = 'overturned' then
        update app.violations as v
        set overturned_at = app.current_instant()
        where v.id = appeal.violation_id;
        -- What was appealed, or what took its place when another decision was overturned.
        select r.id into overturned_id
        from app.restrictions as r
        where r.lifted_at is null
            and (r.id = appeal.restriction_id or r.violation_id = appeal.violation_id);
        if found then
            perform app.end_restriction(overturned_id, app.clean_text(reason));
        end if;
        perform app.regrade_ladder(appeal.holder_id);
    end if;
    perform app.tell(appeal.appellant_id, 'appeal_' || outcome, appeal.id);
    perform app.log_action(
        'decide_appeal', 'appeal', appeal.id, reason, jsonb_build_object('outcome', outcome)
    );
end;
$$;
comment on function api.decide_appeal is
    'Decides an open appeal. Overturned, the restriction is lifted in whichever grade it is in force, its '
    'violation no longer counts, later steps of the ladder are graded anew, and earnings are released. '
    'PT404, PT409 when decided or by whoever restricted, PT422 without outcome or reason.';
grant execute on function api.decide_appeal to platform_admin;
