-- What was written around a flagged message.

create function api.flag_context(flag_id uuid)
    returns table (
        message_position integer,
        sender text,
        kind text,
        body text,
        sent_at timestamptz,
        is_flagged boolean
    )
    language sql
    volatile  -- as every function of the API: its arguments stand in no address
    set search_path = ''
as $$
    select m.position, m.sender, m.kind, m.body, m.sent_at, m.id = f.message_id
    from api.admin_flags as f
    inner join api.messages as flagged on f.message_id = flagged.id
    inner join api.messages as m on flagged.thread_id = m.thread_id
    where f.id = flag_context.flag_id
        and m.position between flagged.position - 10 and flagged.position + 10
    order by m.position;
$$;
comment on function api.flag_context is
    'The flagged message with up to ten messages before and after it, as delivered. Empty for an unknown '
    'flag.';
grant execute on function api.flag_context to platform_admin;
