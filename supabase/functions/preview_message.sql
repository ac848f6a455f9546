-- Shows a sender what would be hidden, before anything is sent.

create function api.preview_message(body text, thread_id uuid default null, out delivered text, out hidden jsonb)
    language plpgsql
    volatile
    security definer  -- personas may not run the filter itself, unlimited
    set search_path = ''
as $$
declare
    caller constant uuid := app.current_person_id();
    earlier record;
    details text[];
begin
    perform app.lock_standing('may_continue_work');
    perform app.take_limit('preview_message', caller);
    if body is null or octet_length(body) not between 1 and 4096 then
        raise exception 'a message has 1 to 4096 bytes' using errcode = 'PT422';
    end if;
    -- in a conversation, with what the caller wrote before: it may complete a detail
    if thread_id is not null then
        select e.bodies into earlier
        from app.threads as t
        cross join lateral app.earlier_messages(t.id, caller, t.last_position + 1) as e
        where t.id = preview_message.thread_id
            and (
                t.customer_id = caller
                or (
                    (t.provider_id = caller or t.provider_id = any(app.current_workshop_ids()))
                    and t.provider_until > app.current_instant()
                )
            );
        if not found then
            raise exception 'no such conversation of the caller' using errcode = 'PT404';
        end if;
    else
        select null::text[] as bodies into earlier;
    end if;
    select m.delivered, m.hidden || app.solicitation_note(m.solicits), m.details
    into strict delivered, hidden, details
    from app.mask_contacts(preview_message.body, coalesce(earlier.bodies, array[]::text[])) as m;
    if hidden <> '[]' then
        insert into app.message_previews (person_id, body, kinds, details)
        values (
            caller,
            preview_message.body,
            array(select distinct h ->> 'kind' from jsonb_array_elements(hidden) as h),
            array(select app.plain_detail(d) from unnest(details) as d)
        );
    end if;
end;
$$;
comment on function api.preview_message is
    'The text as send_message would deliver it, in the conversation if that is named, what would be hidden and why, '
    'and whether it solicits. What is faultless is not stored; the rest is kept for an hour, or as evidence on a '
    'flag. PT404 no such conversation of the caller, PT422 not 1 to 4096 bytes, PT429 beyond the limit.';
grant execute on function api.preview_message to customer, mechanic, workshop;
