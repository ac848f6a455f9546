-- What every restriction does, whoever decides it: the row with its reasons, the standing, the notice.

create function app.impose_restriction(
    holder_id uuid,
    kind text,
    off_platform boolean,
    clause text,
    facts text,
    days integer,
    evidence_ids uuid[],
    decided_by uuid,
    violation_id uuid default null,
    step integer default null,
    seconded_by uuid default null,
    without_notice boolean default false
)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    instant timestamptz := app.current_instant();
    standing app.standings;
    restriction_id uuid;
begin
    -- Waits for whatever the holder is doing just now: it holds this row for share.
    select * into standing
    from app.standings as s
    where s.holder_id = impose_restriction.holder_id
    for update;
    if not found then
        raise exception 'no such person or workshop' using errcode = 'PT404';
    end if;
    if exists (
        select
        from app.people as p
        where p.id = standing.person_id
            and p.persona not in ('mechanic', 'workshop')
    ) then
        raise exception 'only providers are restricted' using errcode = 'PT409';
    end if;

    insert into app.restrictions (
        holder_id, violation_id, step, kind, off_platform, clause, facts, evidence_ids,
        jurisdiction, appeal_by, starts_at, ends_at, decided_by, seconded_by
    )
    select
        standing.holder_id,
        impose_restriction.violation_id,
        impose_restriction.step,
        impose_restriction.kind,
        impose_restriction.off_platform,
        impose_restriction.clause,
        impose_restriction.facts,
        impose_restriction.evidence_ids,
        j.code,
        instant + j.appeal_within,
        -- The ladder punishes what is repeated; app.jurisdictions says what needs no notice period.
        instant + case
            when impose_restriction.kind = 'banned'
                and impose_restriction.step is null
                and not impose_restriction.off_platform
                and not impose_restriction.without_notice
                then j.notice_period
            else interval '0'
        end,
        case
            when impose_restriction.kind = 'banned' then 'infinity'
            else instant + make_interval(days => impose_restriction.days)
        end,
        impose_restriction.decided_by,
        impose_restriction.seconded_by
    from app.jurisdictions as j
    where j.code = standing.jurisdiction
    returning id into restriction_id;

    perform app.enforce_restriction(restriction_id);
    return restriction_id;
end;
$$;
comment on function app.impose_restriction is
    'Restricts a provider; returns the restriction. Days for a suspension, none for a ban. A bar ends '
    'open work at once, or after the notice period. PT404 no such holder, PT409 for customers and admins.';
