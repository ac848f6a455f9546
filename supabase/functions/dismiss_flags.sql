-- An admin dismisses duplicates together.

create function api.dismiss_flags(flag_ids uuid[], reason text)
    returns integer
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    instant timestamptz := app.current_instant();
    dismissed uuid[];
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' or coalesce(cardinality(flag_ids), 0) not between 1 and 100 then
        raise exception '1 to 100 flags and a reason are needed' using errcode = 'PT422';
    end if;
    -- In the order of their ids, so that two admins with one list wait rather than deadlock.
    perform from app.contact_flags as f where f.id = any(flag_ids) order by f.id for update;
    with decided as (
        update app.contact_flags as f
        set status = 'dismissed',
            claimed_by = null,
            claimed_until = null,
            decided_by = caller,
            decided_at = instant,
            decision_reason = dismiss_flags.reason
        where f.id = any(flag_ids)
            and f.status in ('open', 'proposed')
            and (f.claimed_by is null or f.claimed_by = caller or f.claimed_until <= instant)
        returning f.id
    )
    select array_agg(d.id) into dismissed from decided as d;
    if coalesce(cardinality(dismissed), 0) <> (select count(distinct i) from unnest(flag_ids) as i)
    then
        raise exception 'a flag of these is unknown, decided, or claimed by another'
            using errcode = 'PT409';
    end if;
    perform app.log_action('dismiss_flags', 'flag', i, reason) from unnest(dismissed) as i;
    return cardinality(dismissed);
end;
$$;
comment on function api.dismiss_flags is
    'Dismisses up to 100 flags for one reason, all or none; returns how many. PT409 if one is unknown, '
    'decided or claimed by another, PT422 for bad input.';
grant execute on function api.dismiss_flags to platform_admin;
