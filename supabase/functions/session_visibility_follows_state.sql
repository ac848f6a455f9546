-- Who sees the intake, and whether the session waits in the queue, follows its state.

create function app.session_visibility_follows_state()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.session_intake as i
    set active_mechanic_id = case when new.status = 'active' then new.mechanic_id end
    where i.session_id = new.id;

    if new.status <> 'paid' then
        delete from app.queue_entries as q where q.session_id = new.id;
    end if;
    return null;
end;
$$;
comment on function app.session_visibility_follows_state is
    'The intake names its mechanic while the session is active; only a paid session is queued.';

create trigger visibility_follows_the_state
    after update of status, mechanic_id on app.diagnostic_sessions
    for each row execute function app.session_visibility_follows_state();
