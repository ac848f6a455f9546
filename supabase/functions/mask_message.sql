-- Every body is masked before it is stored, whichever function writes it; so are the earlier pieces of a detail
-- that it completes.

create function app.mask_message()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    -- nothing begins with a value that a harmless message can do without
    typed text;
    heard app.heard_message;
    earlier record;
    masked record;
    pieces uuid[];
    flag_id uuid;
    severity text;
begin
    if tg_op = 'INSERT' then
        new.hidden := '[]'::jsonb;
    end if;
    heard := app.hear_message(new.body, null);
    if heard.is_harmless then
        return new;
    end if;

    typed := new.body;
    -- what is longer completes nothing: app.find_details reads no earlier message with it
    if length(typed) <= 120 then
        earlier := app.earlier_messages(new.thread_id, new.sender_id, new.position);
        masked := app.mask_contacts(typed, coalesce(earlier.bodies, '{}'), null, heard);
    else
        masked := app.mask_contacts(typed, '{}', null, heard);
    end if;
    new.body := masked.delivered;
    if masked.hidden = '[]' and masked.solicits is null then
        return new;
    end if;
    if tg_op = 'INSERT' or masked.hidden <> '[]' then
        new.hidden := masked.hidden || app.solicitation_note(masked.solicits);
    end if;

    if masked.hidden <> '[]' then
        insert into app.raw_messages (message_id, body)
        values (new.id, typed)
        on conflict (message_id) do nothing;
    end if;
    if masked.earlier_delivered is not null then
        pieces := array(
            select app.mask_earlier_message(p.id, p.body)
            from unnest(earlier.ids, earlier.bodies, masked.earlier_delivered) as p (id, was, body)
            where p.body <> p.was
        );
    end if;
    if new.sender_id is not null then
        flag_id := gen_random_uuid();
        severity := app.flag_severity(masked.solicits);
        -- Who was shown what would be hidden, and sends it altered, does not share by accident.
        if tg_op = 'INSERT' and app.attach_previews(flag_id, new.sender_id, typed, masked.details)
            and severity = 'S1'
        then
            severity := 'S2';
        end if;
        insert into app.contact_flags (
            id, message_id, thread_id, person_id, raised_by, filter_version, kinds, severity, piece_ids, reason_codes
        )
        values (
            flag_id, new.id, new.thread_id, new.sender_id, 'filter', masked.model_version,
            array(select distinct h ->> 'kind' from jsonb_array_elements(masked.hidden) as h)
                || case when masked.solicits is null then array[]::text[] else array['solicitation'] end,
            severity,
            coalesce(pieces, '{}'),
            array(select distinct h ->> 'code' from jsonb_array_elements(masked.hidden) as h)
                || array_remove(array[masked.solicits], null)
        )
        on conflict do nothing;
        update app.threads as t
        set flagged_at = coalesce(t.flagged_at, app.current_instant())
        where t.id = new.thread_id;
    end if;
    return new;
end;
$$;
comment on function app.mask_message is
    'Masks contact details; keeps the typed text in raw_messages and raises one flag for what it hid, with the '
    'earlier messages that held pieces of it, and for soliciting.';

create trigger contact_details_are_masked
    before insert or update of body on app.messages
    for each row execute function app.mask_message();
