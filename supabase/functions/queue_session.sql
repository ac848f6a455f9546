-- Puts a paid session before the mechanics.

create function app.queue_session(session_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    update app.diagnostic_sessions as s
    set status = 'paid',
        paid_at = coalesce(s.paid_at, app.current_instant()),
        accept_by = app.current_instant() + c.accept_session_within,
        mechanic_id = null,
        mechanic_name = null,
        accepted_at = null
    from app.settings as c
    where s.id = queue_session.session_id
    returning s.* into strict session;

    insert into app.queue_entries (
        session_id, category, vehicle_year, vehicle_make, vehicle_model, queued_at, accept_by
    )
    select
        session.id,
        session.category,
        i.vehicle_year,
        i.vehicle_make,
        i.vehicle_model,
        app.current_instant(),
        session.accept_by
    from app.session_intake as i
    where i.session_id = session.id;
end;
$$;
comment on function app.queue_session is
    'Moves a session to paid, without a mechanic, and adds its queue entry.';
