-- One admin takes a flag to work on; for some minutes it is theirs alone.

create function api.claim_flag(flag_id uuid default null)
    returns uuid
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    instant timestamptz := app.current_instant();
    flag app.contact_flags;
begin
    perform app.lock_standing('may_take_work');
    if flag_id is null then
        select f.* into flag
        from app.contact_flags as f
        where f.status in ('open', 'proposed')
            and coalesce(f.claimed_until <= instant, true)
            and f.proposed_by is distinct from caller
        order by f.severity desc, f.created_at
        limit 1
        for update skip locked;
        if not found then
            raise exception 'no flag waits' using errcode = 'PT404';
        end if;
    else
        select f.* into flag from app.contact_flags as f where f.id = claim_flag.flag_id for update;
        if not found then
            raise exception 'no such flag' using errcode = 'PT404';
        end if;
        if flag.status not in ('open', 'proposed') then
            raise exception 'the flag is decided already' using errcode = 'PT409';
        end if;
        if flag.claimed_by <> caller and flag.claimed_until > instant then
            raise exception 'another admin works on this flag' using errcode = 'PT409';
        end if;
    end if;
    update app.contact_flags as f
    set claimed_by = caller,
        claimed_until = instant + s.flag_claimed_for
    from app.settings as s
    where f.id = flag.id;
    return flag.id;
end;
$$;
comment on function api.claim_flag is
    'Claims a flag, or the one that waits longest of the gravest; returns it. A claim runs out by the '
    'clock and may be taken again. PT404 none, PT409 decided, or claimed by another.';
grant execute on function api.claim_flag to platform_admin;
