-- Lets a caller act only while they, and the workshop they act for, may; and holds that answer.

create function app.lock_standing(allowed text, workshop_id uuid default null)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    instant timestamptz := app.current_instant();
    standing app.standings;
    held integer := 0;
begin
    -- FOR SHARE: whoever restricts waits for this transaction, and the next one sees the restriction.
    for standing in
        select *
        from app.standings as s
        where s.holder_id in (app.current_person_id(), lock_standing.workshop_id)
        order by s.holder_id
        for share
    loop
        held := held + 1;
        if standing.barred_until > instant and standing.barred_from <= instant then
            raise exception 'the account is barred' using errcode = 'PT403';
        end if;
        if allowed = 'may_take_work' and standing.suspended_until > instant then
            raise exception 'the account is suspended' using errcode = 'PT403';
        end if;
    end loop;

    if held <> num_nonnulls(app.current_person_id(), lock_standing.workshop_id) or held = 0
        or not exists (
            select
            from app.people as p
            where p.id = app.current_person_id()
                and p.persona = current_setting('role')
        )
    then
        raise exception 'the account has no standing' using errcode = 'PT403';
    end if;
end;
$$;
comment on function app.lock_standing is
    'Locks the standing of the caller, and of a workshop, for share. Allowed: may_take_work or '
    'may_continue_work. PT403 when suspended or barred, or when the caller''s role is not the account''s.';
