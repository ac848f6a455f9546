-- A freshly signed-up account accepts an invitation to its e-mail address.

create function api.accept_invitation(token text)
    returns text
    language plpgsql
    volatile
    security definer  -- the account changes its own persona, by a token alone
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    invitation app.invitations;
begin
    perform app.lock_standing('may_take_work');
    perform app.take_limit('accept_invitation', caller);

    select * into invitation
    from app.invitations as i
    where i.token_hash = extensions.digest(accept_invitation.token, 'sha256')
        and i.accepted_at is null
        and i.revoked_at is null
        and i.expires_at > app.current_instant()
        and i.email = (
            select lower(u.email)
            from auth.users as u
            where u.id = caller
                and u.email_confirmed_at is not null
        )
    for update;
    if not found then
        raise exception 'no such open invitation to this e-mail address' using errcode = 'PT404';
    end if;
    if exists (select from app.diagnostic_sessions as s where s.customer_id = caller) then
        raise exception 'who is a customer needs a second account' using errcode = 'PT409';
    end if;

    update app.invitations
    set accepted_at = app.current_instant(),
        accepted_by = caller
    where id = invitation.id;
    perform app.log_action(
        'accept_invitation', 'invitation', invitation.id, null,
        jsonb_build_object('persona', invitation.persona)
    );
    -- Last: from here on the token is a customer's, and the account is not.
    perform app.become_persona(
        caller, invitation.persona, invitation.workshop_id, invitation.country
    );
    return invitation.persona;
end;
$$;
comment on function api.accept_invitation is
    'Accepts an invitation to the caller''s confirmed e-mail address; returns the persona that the next '
    'token carries. PT404 for a wrong, used, revoked or expired token; PT409 with customer history.';
grant execute on function api.accept_invitation to customer;
