-- An admin dismisses another one.

create function api.dismiss_admin(person_id uuid, reason text)
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
    if dismiss_admin.person_id = app.current_person_id() then
        raise exception 'nobody dismisses themselves' using errcode = 'PT409';
    end if;
    -- Barred as well: a token issued before keeps its role until it expires.
    update app.standings as s
    set barred_until = 'infinity'
    from app.people as p
    where s.person_id = dismiss_admin.person_id
        and p.id = s.person_id
        and p.persona = 'platform_admin';
    if not found then
        raise exception 'no such admin' using errcode = 'PT404';
    end if;
    update app.topic_epochs
    set epoch = epoch + 1
    where name = 'admin:moderation';
    perform app.log_action('dismiss_admin', 'person', dismiss_admin.person_id, reason);
end;
$$;
comment on function api.dismiss_admin is
    'Bars an admin at once and moves the moderation topic. PT404 if the person is none.';
grant execute on function api.dismiss_admin to platform_admin;
