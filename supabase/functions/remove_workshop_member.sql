-- An admin ends an advisor's membership; the workshop's open conversations move on.

create function api.remove_workshop_member(workshop_id uuid, person_id uuid, reason text)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' then
        raise exception 'a reason is needed' using errcode = 'PT422';
    end if;
    -- Waits for what the advisor is writing just now: it holds their standing for share.
    perform
    from app.standings as s
    where s.person_id = remove_workshop_member.person_id
    for update;
    update app.workshop_members as m
    set removed_at = app.current_instant()
    where m.workshop_id = remove_workshop_member.workshop_id
        and m.person_id = remove_workshop_member.person_id
        and m.removed_at is null;
    if not found then
        raise exception 'no such member' using errcode = 'PT404';
    end if;
    perform app.move_topic(t.id)
    from app.threads as t
    where t.provider_id = remove_workshop_member.workshop_id
        and t.is_open;
    perform app.log_action(
        'remove_workshop_member', 'person', remove_workshop_member.person_id, reason,
        jsonb_build_object('workshop_id', remove_workshop_member.workshop_id)
    );
end;
$$;
comment on function api.remove_workshop_member is
    'Ends a membership at once, sockets included. PT404 if the person is no member.';
grant execute on function api.remove_workshop_member to platform_admin;
