-- An admin lifts a restriction; the standing becomes what the remaining ones say.

create function api.lift_restriction(restriction_id uuid, reason text)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    restriction app.restrictions;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' then
        raise exception 'a reason is needed' using errcode = 'PT422';
    end if;
    update app.restrictions as r
    set lifted_at = app.current_instant(),
        lifted_by = app.current_person_id(),
        lift_reason = app.clean_text(lift_restriction.reason)
    where r.id = lift_restriction.restriction_id
        and r.lifted_at is null
    returning * into restriction;
    if not found then
        raise exception 'no such restriction in force' using errcode = 'PT404';
    end if;

    update app.standings as s
    set suspended_until = r.suspended_until,
        barred_until = r.barred_until
    from (
        select
            coalesce(max(x.ends_at), '-infinity') as suspended_until,
            coalesce(
                max(x.ends_at) filter (where x.kind = 'banned' or x.off_platform), '-infinity'
            ) as barred_until
        from app.restrictions as x
        where x.holder_id = restriction.holder_id
            and x.lifted_at is null
    ) as r
    where s.holder_id = restriction.holder_id;
    if exists (
        select
        from app.standings as s
        where s.holder_id = restriction.holder_id
            and s.barred_until <= app.current_instant()
    ) then
        update app.referrals as r
        set status = case when r.earned_at is null then 'pending' else 'earned' end
        where r.mechanic_id = restriction.holder_id
            and r.status = 'withheld';
        -- The ledger's accounts are locked last, as by every posting.
        perform app.release_earnings(restriction.holder_id, restriction.id);
    end if;
    perform app.tell(s.person_id, 'restriction_lifted', restriction.id)
    from app.standings as s
    where s.holder_id = restriction.holder_id
        and s.person_id is not null;
    perform app.log_action('lift_restriction', 'standing', restriction.holder_id, reason);
end;
$$;
comment on function api.lift_restriction is
    'Lifts a restriction in force. Withheld earnings are released; work that it ended is not brought '
    'back. PT404 if there is none.';
grant execute on function api.lift_restriction to platform_admin;
