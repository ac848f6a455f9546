-- An admin announces prices and shares: from now on, or from a later moment.

create function api.announce_fee_schedule(
    diagnostic_price_cents integer,
    platform_fee_basis_points integer,
    referral_basis_points integer,
    hold interval,
    reason text,
    effective_from timestamptz default null
)
    returns integer
    language plpgsql
    volatile
    security definer  -- admins hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    newest app.fee_schedule;
    announced integer;
    begins timestamptz := coalesce(
        announce_fee_schedule.effective_from, app.current_instant()
    );
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' then
        raise exception 'a reason is needed' using errcode = 'PT422';
    end if;
    lock table app.fee_schedule in share row exclusive mode;
    select * into strict newest from app.fee_schedule as f order by f.version desc limit 1;
    if begins < greatest(app.current_instant(), newest.effective_from) then
        raise exception 'a fee schedule begins after the one before it, and not in the past'
            using errcode = 'PT422';
    end if;

    insert into app.fee_schedule (
        version, effective_from, diagnostic_price_cents, platform_fee_basis_points,
        referral_basis_points, hold, currency
    ) values (
        newest.version + 1,
        begins,
        announce_fee_schedule.diagnostic_price_cents,
        announce_fee_schedule.platform_fee_basis_points,
        announce_fee_schedule.referral_basis_points,
        announce_fee_schedule.hold,
        newest.currency
    )
    returning version into announced;
    perform app.log_action(
        'announce_fee_schedule', 'fee_schedule', null, reason,
        jsonb_build_object('version', announced)
    );
    return announced;
exception
    when check_violation or not_null_violation then
        raise exception 'a price above zero, shares up to 10000 basis points, and a hold are needed'
            using errcode = 'PT422';
end;
$$;
comment on function api.announce_fee_schedule is
    'Announces the next version, in cents and basis points; returns its number. What was opened '
    'before keeps its own version. PT422 for bad input or a moment in the past, PT403 for a '
    'dismissed admin.';
grant execute on function api.announce_fee_schedule to platform_admin;
