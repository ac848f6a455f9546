-- Realtime: which private topic is readable by whom. Clients never send; the database alone does.
--
--   customer         thread:<id>:<n> of their threads, person:<their id>
--   mechanic         thread:<id>:<n> of their open threads, person:<their id>
--   workshop         thread:<id>:<n> of their open threads, person:<their id>
--   platform_admin   admin:moderation:<n>, person:<their id>
--
-- Realtime asks when a socket joins and when its token changes; so <n> moves on when anybody loses
-- access. No policy for insert: a client's own broadcast is dropped. Presence is not readable.

create function app.may_join_topic()
    returns boolean
    language plpgsql
    stable
    security definer  -- reads threads, memberships and standings for the caller alone
    set search_path = ''
as $$
declare
    asked text := realtime.topic();
    caller uuid := app.current_person_id();
begin
    if caller is null then
        return false;
    end if;
    if asked = 'person:' || caller::text then
        return exists (select from app.people as p where p.id = caller);
    end if;
    if asked like 'thread:%' then
        return exists (
            select
            from app.threads as t
            inner join app.people as p on p.id = caller
            -- The shape is checked before the cast; the whole topic is compared after it.
            where t.id = substring(
                    asked from '^thread:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):[0-9]{1,9}$'
                )::uuid
                and t.topic = asked
                and case p.persona
                    when 'customer' then t.customer_id = caller
                    when 'mechanic' then
                        t.provider_id = caller
                        and t.is_open
                        and app.may_continue_work()
                    when 'workshop' then
                        t.provider_id = any(app.current_workshop_ids())
                        and t.is_open
                        and t.provider_until > app.current_instant()
                    else false
                end
        );
    end if;
    if asked like 'admin:%' then
        return asked = app.moderation_topic()
            and exists (
                select
                from app.people as p
                where p.id = caller
                    and p.persona = 'platform_admin'
            );
    end if;
    return false;
end;
$$;
comment on function app.may_join_topic is
    'Whether the caller may receive on realtime.topic(). A malformed topic is nobody''s.';
grant execute on function app.may_join_topic to customer, mechanic, workshop, platform_admin;

-- Broadcasts of one thread, person or desk, to those who may read it now.
create policy "people receive on the topics they may join"
    on realtime.messages for select to customer, mechanic, workshop, platform_admin
    using (
        extension = 'broadcast'
        and (select app.may_join_topic())
    );
