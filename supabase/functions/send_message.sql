-- The one way to write to somebody. Order: standing, limits, thread; nothing slips in behind a lock.

create function api.send_message(
    thread_id uuid,
    body text,
    client_message_id uuid,
    out "position" integer,
    out delivered text,
    out hidden jsonb
)
    language plpgsql
    volatile
    security definer  -- personas hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    caller_persona text := (select p.persona from app.people as p where p.id = caller);
    workshop uuid;
    thread app.threads;
begin
    if caller_persona = 'workshop' then
        select t.provider_id into workshop
        from app.threads as t
        where t.id = send_message.thread_id
            and t.provider_id = any(app.current_workshop_ids());
    end if;
    perform app.lock_standing('may_continue_work', workshop);

    -- Asked again, the first result is given again, also after the thread has closed.
    select m.position, m.body, m.hidden into position, delivered, hidden
    from app.messages as m
    where m.thread_id = send_message.thread_id
        and m.sender_id = caller
        and m.client_message_id = send_message.client_message_id;
    if found then
        return;
    end if;

    if body is null or octet_length(body) not between 1 and 4096 or client_message_id is null then
        raise exception 'a message has 1 to 4096 bytes and a client_message_id'
            using errcode = 'PT422';
    end if;
    perform app.take_limit('send_message', caller);

    update app.threads as t
    set last_position = t.last_position + 1
    where t.id = send_message.thread_id
        and t.is_open
        and t.provider_until > app.current_instant()
        and case caller_persona
            when 'customer' then t.customer_id = caller
            when 'mechanic' then t.provider_id = caller
            when 'workshop' then t.provider_id = workshop
        end
    returning * into thread;
    if not found then
        if exists (
            select
            from app.threads as t
            where t.id = send_message.thread_id
                and (
                    t.customer_id = caller
                    or (
                        t.provider_id in (caller, workshop)
                        and t.provider_until > app.current_instant()
                    )
                )
        ) then
            raise exception 'the conversation is closed' using errcode = 'PT409';
        end if;
        raise exception 'no such conversation of the caller' using errcode = 'PT404';
    end if;
    perform app.take_limit('thread_message', thread.id);
    -- Whoever requested or accepted has agreed; another advisor of the workshop may not have.
    if not exists (
        select
        from app.session_consents as c
        where c.session_id = thread.session_id
            and c.person_id = caller
    ) then
        perform app.record_consent(thread.session_id);
    end if;

    -- The same call, sent twice at once: the second waited for the thread and finds the first here.
    select m.position, m.body, m.hidden into position, delivered, hidden
    from app.messages as m
    where m.thread_id = thread.id
        and m.sender_id = caller
        and m.client_message_id = send_message.client_message_id;
    if found then
        update app.threads as t
        set last_position = t.last_position - 1
        where t.id = thread.id;
        return;
    end if;

    insert into app.messages as m (
        thread_id, position, customer_id, provider_id, provider_until, sender, sender_id,
        client_message_id, body
    ) values (
        thread.id, thread.last_position, thread.customer_id, thread.provider_id,
        thread.provider_until, caller_persona, caller, send_message.client_message_id,
        send_message.body
    )
    returning m.position, m.body, m.hidden into position, delivered, hidden;
end;
$$;
comment on function api.send_message is
    'Sends a message of at most 4096 bytes; returns its position, the text as delivered, and what was '
    'hidden and why. The same client_message_id returns the first result. PT404 no such conversation, '
    'PT409 closed, or no consent to monitoring; PT403 barred, PT422 bad input, PT429 beyond the limit.';
grant execute on function api.send_message to customer, mechanic, workshop;
