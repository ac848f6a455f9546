-- After an appeal: the violations that still count stand a step lower, and so do their restrictions.

create function app.regrade_ladder(holder_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    restriction app.restrictions;
    step app.conduct_steps;
begin
    for restriction in
        select r.*
        from app.restrictions as r
        inner join app.violations as v on r.violation_id = v.id
        where r.holder_id = regrade_ladder.holder_id
            and r.lifted_at is null
            and v.overturned_at is null
            and r.step <> app.ladder_step(v.id)
        order by r.starts_at
    loop
        select s.* into strict step
        from app.conduct_steps as s
        where s.step = app.ladder_step(restriction.violation_id);
        perform app.end_restriction(restriction.id, 'Regraded: an earlier decision was overturned.');
        insert into app.restrictions (
            holder_id, violation_id, step, kind, off_platform, clause, facts, evidence_ids,
            jurisdiction, appeal_by, noticed_at, starts_at, ends_at, decided_by, seconded_by,
            work_ended_at
        ) values (
            restriction.holder_id, restriction.violation_id, step.step, step.kind,
            restriction.off_platform, restriction.clause, restriction.facts,
            restriction.evidence_ids, restriction.jurisdiction, restriction.appeal_by,
            restriction.noticed_at, restriction.starts_at,
            case
                when step.kind = 'banned' then 'infinity'
                else restriction.starts_at + make_interval(days => step.days)
            end,
            restriction.decided_by, restriction.seconded_by, restriction.work_ended_at
        );
        perform app.settle_standing(restriction.holder_id);
    end loop;
end;
$$;
comment on function app.regrade_ladder is
    'Replaces each restriction of a holder whose step has become another, from its own start.';
