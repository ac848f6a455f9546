-- Shows a sender what would be hidden, before anything is sent.

create function api.preview_message(body text, out delivered text, out hidden jsonb)
    language plpgsql
    volatile
    security definer  -- personas may not run the filter itself, unlimited
    set search_path = ''
as $$
declare
    details text[];
begin
    perform app.lock_standing('may_continue_work');
    perform app.take_limit('preview_message', app.current_person_id());
    if body is null or octet_length(body) not between 1 and 4096 then
        raise exception 'a message has 1 to 4096 bytes' using errcode = 'PT422';
    end if;
    select m.delivered, m.hidden || app.solicitation_note(m.solicits), m.details
    into strict delivered, hidden, details
    from app.mask_contacts(preview_message.body) as m;
    if hidden <> '[]' then
        insert into app.message_previews (person_id, body, kinds, details)
        values (
            app.current_person_id(),
            preview_message.body,
            array(select distinct h ->> 'kind' from jsonb_array_elements(hidden) as h),
            array(select app.plain_detail(d) from unnest(details) as d)
        );
    end if;
end;
$$;
comment on function api.preview_message is
    'The text as it would be delivered, what would be hidden and why, and whether it solicits. What is '
    'faultless is not stored; the rest is kept for an hour, or as evidence on a flag. PT429 beyond the limit.';
grant execute on function api.preview_message to customer, mechanic, workshop;
