-- An admin suspends or bans a mechanic, an advisor or a workshop, with a statement of reasons.

create function api.restrict(
    holder_id uuid,
    kind text,
    off_platform boolean,
    clause text,
    facts text,
    days integer default null,
    evidence_ids uuid[] default '{}'
)
    returns uuid
    language plpgsql
    volatile
    security definer  -- admins hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    instant timestamptz := app.current_instant();
    standing app.standings;
    ends timestamptz;
    restriction_id uuid;
    barred boolean;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(clause, '') = '' or coalesce(facts, '') = '' or off_platform is null then
        raise exception 'a clause and the facts are needed' using errcode = 'PT422';
    end if;
    if not coalesce(
        (kind = 'suspended' and days between 1 and 3650) or (kind = 'banned' and days is null), false
    ) then
        raise exception 'a suspension has days, ten years at most, a ban has none' using errcode = 'PT422';
    end if;

    -- Waits for whatever the holder is doing just now: it holds this row for share.
    select * into standing
    from app.standings as s
    where s.holder_id = restrict.holder_id
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

    ends := case when kind = 'banned' then 'infinity' else instant + make_interval(days => days) end;
    barred := kind = 'banned' or off_platform;
    insert into app.restrictions (
        holder_id, kind, off_platform, clause, facts, evidence_ids, appeal_by, starts_at, ends_at,
        decided_by
    )
    select
        restrict.holder_id,
        restrict.kind,
        restrict.off_platform,
        app.clean_text(restrict.clause),
        app.clean_text(restrict.facts),
        coalesce(restrict.evidence_ids, '{}'),
        instant + c.appeal_within,
        instant,
        ends,
        app.current_person_id()
    from app.settings as c
    returning id into restriction_id;
    update app.standings as s
    set suspended_until = greatest(s.suspended_until, ends),
        barred_until = case when barred then greatest(s.barred_until, ends) else s.barred_until end
    where s.holder_id = standing.holder_id;

    if barred then
        perform app.end_open_work(standing.holder_id);
        perform app.withhold_earnings(standing.holder_id, restriction_id);
    end if;
    if standing.person_id is not null then
        perform app.tell(standing.person_id, 'restricted', restriction_id);
    end if;
    perform app.log_action(
        'restrict', 'standing', standing.holder_id, facts,
        jsonb_build_object('restriction_id', restriction_id, 'kind', kind, 'clause', clause)
    );
    return restriction_id;
end;
$$;
comment on function api.restrict is
    'Suspends (days) or bans a provider; returns the restriction, which they read with its reasons. '
    'A ban, or a suspension for a payment or meeting off the platform, ends access to open work at '
    'once. PT404, PT409 for customers and admins, PT422 for bad input.';
grant execute on function api.restrict to platform_admin;
