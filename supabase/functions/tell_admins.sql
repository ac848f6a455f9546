-- Tells every admin something outside a thread.

create function app.tell_admins(kind text, about_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform app.tell(p.id, tell_admins.kind, tell_admins.about_id)
    from app.people as p
    inner join app.standings as s on p.id = s.person_id
    where p.persona = 'platform_admin'
        and s.barred_until <= app.current_instant()
        and s.suspended_until <= app.current_instant();
end;
$$;
comment on function app.tell_admins is
    'A notice for each admin who may act on it: not dismissed, and not suspended.';
