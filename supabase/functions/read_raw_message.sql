-- An admin reads a flagged message as it was typed, and says why.

create function api.read_raw_message(message_id uuid, purpose text)
    returns text
    language plpgsql
    volatile
    security definer  -- the one read of raw text, and it is logged
    set search_path = ''
as $$
declare
    typed text;
begin
    perform app.lock_standing('may_take_work');
    if length(coalesce(purpose, '')) < 10 then
        raise exception 'a purpose of ten characters or more is needed' using errcode = 'PT422';
    end if;
    select r.body into typed
    from app.raw_messages as r
    where r.message_id = read_raw_message.message_id;
    if not found then
        raise exception 'no such masked message' using errcode = 'PT404';
    end if;
    perform app.log_action('read_raw_message', 'message', message_id, purpose);
    return typed;
end;
$$;
comment on function api.read_raw_message is
    'The typed text of a masked message, for an admin with a purpose; the audit log says who read it.';
grant execute on function api.read_raw_message to platform_admin;
