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
    replacing_id uuid;
begin
    for restriction in
        select r.*
        from app.restrictions as r
        inner join app.violations as v on r.violation_id = v.id
        where r.holder_id = regrade_ladder.holder_id
            and r.lifted_at is null
            and r.step <> app.ladder_step(v.id)
        order by v.number
    loop
        select s.* into strict step
        from app.conduct_steps as s
        where s.step = app.ladder_step(restriction.violation_id);
        perform app.end_restriction(restriction.id, 'Regraded: an earlier decision was overturned.');
        -- Another decision: its notice, and the time to appeal, begin now.
        insert into app.restrictions (
            holder_id, violation_id, step, kind, off_platform, clause, facts, evidence_ids,
            jurisdiction, appeal_by, starts_at, ends_at, decided_by, seconded_by, replaces_id
        )
        select
            restriction.holder_id, restriction.violation_id, step.step, step.kind,
            restriction.off_platform, restriction.clause, restriction.facts,
            restriction.evidence_ids, j.code, app.current_instant() + j.appeal_within,
            restriction.starts_at,
            case
                when step.kind = 'banned' then 'infinity'
                else restriction.starts_at + make_interval(days => step.days)
            end,
            restriction.decided_by, restriction.seconded_by, restriction.id
        from app.jurisdictions as j
        where j.code = restriction.jurisdiction
        returning id into replacing_id;
        perform app.enforce_restriction(replacing_id);
    end loop;
end;
$$;
comment on function app.regrade_ladder is
    'Replaces each restriction of a holder whose step has become another, from its own start, and gives '
    'notice of it. The caller holds the standing.';
