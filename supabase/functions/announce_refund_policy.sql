-- An admin announces by what refund requests are judged: for payments from now on, or from a later moment.

create function api.announce_refund_policy(
    ask_within interval,
    decide_within interval,
    unstarted_within interval,
    small_cents bigint,
    small_once_within interval,
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
    newest app.refund_policies;
    announced integer;
    begins timestamptz := coalesce(announce_refund_policy.effective_from, app.current_instant());
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' then
        raise exception 'a reason is needed' using errcode = 'PT422';
    end if;
    lock table app.refund_policies in share row exclusive mode;
    select * into strict newest from app.refund_policies as p order by p.version desc limit 1;
    if begins < greatest(app.current_instant(), newest.effective_from) then
        raise exception 'a refund policy begins after the one before it, and not in the past'
            using errcode = 'PT422';
    end if;

    insert into app.refund_policies (
        version, effective_from, ask_within, decide_within, unstarted_within, small_cents,
        small_once_within
    ) values (
        newest.version + 1,
        begins,
        announce_refund_policy.ask_within,
        announce_refund_policy.decide_within,
        announce_refund_policy.unstarted_within,
        announce_refund_policy.small_cents,
        announce_refund_policy.small_once_within
    )
    returning version into announced;
    perform app.log_action(
        'announce_refund_policy', 'refund_policy', null, reason,
        jsonb_build_object('version', announced)
    );
    return announced;
exception
    when check_violation or not_null_violation then
        raise exception 'times within the bounds of the policy, and an amount of nothing or more, are needed'
            using errcode = 'PT422';
end;
$$;
comment on function api.announce_refund_policy is
    'Announces the next version, in cents; returns its number. Payments made before keep the one that was '
    'in force. PT422 for bad input or a moment in the past, PT403 for a dismissed admin.';
grant execute on function api.announce_refund_policy to platform_admin;
