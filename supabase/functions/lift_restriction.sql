-- An admin lifts a restriction; the standing becomes what the remaining ones say.

create function api.lift_restriction(restriction_id uuid, reason text)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    holder_id uuid;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' then
        raise exception 'a reason is needed' using errcode = 'PT422';
    end if;
    holder_id := app.end_restriction(restriction_id, app.clean_text(reason));
    perform app.log_action('lift_restriction', 'standing', holder_id, reason);
end;
$$;
comment on function api.lift_restriction is
    'Lifts a restriction in force. Withheld earnings are released; work that it ended is not brought '
    'back. PT404 if there is none.';
grant execute on function api.lift_restriction to platform_admin;
