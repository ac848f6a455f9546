-- Every body is masked before it is stored, whichever function writes it.

create function app.mask_message()
    returns trigger
    language plpgsql
    volatile
    security definer  -- keeps raw text where the writer cannot read it
    set search_path = ''
as $$
declare
    typed text := new.body;
    masked record;
begin
    select m.delivered, m.hidden into strict masked from app.mask_contacts(typed) as m;
    new.body := masked.delivered;
    new.hidden := masked.hidden;
    if masked.hidden = '[]' then
        return new;
    end if;

    insert into app.raw_messages (message_id, body)
    values (new.id, typed)
    on conflict (message_id) do nothing;
    if new.sender_id is not null then
        insert into app.contact_flags (message_id, thread_id, person_id, raised_by, kinds)
        values (
            new.id, new.thread_id, new.sender_id, 'filter',
            array(select distinct h ->> 'kind' from jsonb_array_elements(masked.hidden) as h)
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
    'Masks contact details; keeps the typed text in raw_messages and raises a flag when it hid any.';

create trigger contact_details_are_masked
    before insert or update of body on app.messages
    for each row execute function app.mask_message();
