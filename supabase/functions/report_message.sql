-- Either party reports a message; the other one does not learn of it.

create function api.report_message(message_id uuid, note text default null)
    returns void
    language plpgsql
    volatile
    security definer  -- personas hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    message app.messages;
begin
    perform app.lock_standing('may_continue_work');
    perform app.take_limit('report_message', caller);
    select * into message
    from app.messages as m
    where m.id = report_message.message_id
        and (
            m.customer_id = caller
            or (
                (m.provider_id = caller or m.provider_id = any(app.current_workshop_ids()))
                and m.provider_until > app.current_instant()
            )
        );
    if not found then
        raise exception 'no such message to the caller' using errcode = 'PT404';
    end if;
    if message.sender_id is null or message.sender_id = caller then
        raise exception 'only the other party''s messages are reported' using errcode = 'PT409';
    end if;
    insert into app.contact_flags (
        message_id, thread_id, person_id, raised_by, reporter_id, kinds, note, severity
    ) values (
        message.id, message.thread_id, message.sender_id, 'report', caller, '{solicitation}',
        app.clean_text(report_message.note), 'S2'
    )
    on conflict do nothing;
    update app.threads as t
    set flagged_at = coalesce(t.flagged_at, app.current_instant())
    where t.id = message.thread_id;
exception
    when check_violation then
        raise exception 'a note has at most 2000 bytes' using errcode = 'PT422';
end;
$$;
comment on function api.report_message is
    'Flags a message of the other party for the admins, with a note. Reporting twice changes nothing.';
grant execute on function api.report_message to customer, mechanic, workshop;
