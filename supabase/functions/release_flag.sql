-- An admin puts a claimed flag back.

create function api.release_flag(flag_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
begin
    perform app.lock_standing('may_take_work');
    update app.contact_flags as f
    set claimed_by = null,
        claimed_until = null
    where f.id = release_flag.flag_id
        and f.claimed_by = app.current_person_id();
    if not found then
        raise exception 'no such flag claimed by the caller' using errcode = 'PT404';
    end if;
end;
$$;
comment on function api.release_flag is 'Ends the caller''s claim on a flag. PT404 if there is none.';
grant execute on function api.release_flag to platform_admin;
