-- An admin takes back an invitation that nobody accepted.

create function api.revoke_invitation(invitation_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
begin
    perform app.lock_standing('may_take_work');
    update app.invitations as i
    set revoked_at = app.current_instant()
    where i.id = revoke_invitation.invitation_id
        and i.accepted_at is null
        and i.revoked_at is null;
    if not found then
        raise exception 'no such open invitation' using errcode = 'PT404';
    end if;
    perform app.log_action('revoke_invitation', 'invitation', invitation_id, null);
end;
$$;
comment on function api.revoke_invitation is 'Revokes an open invitation. PT404 if there is none.';
grant execute on function api.revoke_invitation to platform_admin;
