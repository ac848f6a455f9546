-- Conduct: flags raised by the filter or by a person, and what people decided about them.
--
--   customer, mechanic, workshop   the violations found against them; their restrictions stand in 10_people.sql
--   platform_admin                 flags and violations; raw text only by read_raw_message

-- rows

create policy "people see the violations found against them"
    on app.violations for select to customer, mechanic, workshop
    using (person_id = (select app.current_person_id()));
create policy "admins see all violations"
    on app.violations for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see all flags"
    on app.contact_flags for select to platform_admin
    using ((select app.may_continue_work()));

create function app.moderation_topic()
    returns text
    language plpgsql
    stable
    security definer  -- only admins execute it; the epochs are hidden from everybody
    set search_path = ''
as $$
begin
    if not app.may_continue_work() then
        return null;
    end if;
    return (select name || ':' || epoch::text from app.topic_epochs where name = 'admin:moderation');
end;
$$;
comment on function app.moderation_topic is
    'The topic on which new flags are announced; it moves on when an admin is dismissed.';
grant execute on function app.moderation_topic to platform_admin;

-- columns

grant select (id, severity, clause, facts, decided_at)
    on app.violations to customer, mechanic, workshop, platform_admin;
grant select (flag_id, person_id, decided_by) on app.violations to platform_admin;
grant select (
    id, message_id, thread_id, person_id, raised_by, reporter_id, kinds, piece_ids, reason_codes, note, severity, status,
    created_at, decided_by, decided_at, decision_reason
) on app.contact_flags to platform_admin;

-- shapes

create view api.my_violations with (security_invoker = true) as
    select id, severity, clause, facts, decided_at
    from app.violations;
comment on view api.my_violations is 'What was found against the caller, with clause and facts.';
grant select on api.my_violations to customer, mechanic, workshop;

create view api.admin_violations with (security_invoker = true) as
    select id, flag_id, person_id, severity, clause, facts, decided_by, decided_at
    from app.violations;
comment on view api.admin_violations is 'What was found, against whom, and who decided.';
grant select on api.admin_violations to platform_admin;

create view api.admin_flags with (security_invoker = true) as
    select
        id,
        message_id,
        thread_id,
        person_id,
        raised_by,
        reporter_id,
        kinds,
        piece_ids,
        reason_codes,
        note,
        severity,
        status,
        created_at,
        decided_by,
        decided_at,
        decision_reason
    from app.contact_flags;
comment on view api.admin_flags is
    'Messages that may have shared contact data. Order by severity descending, then created_at.';
grant select on api.admin_flags to platform_admin;

create view api.admin_topics with (security_invoker = true) as
    select app.moderation_topic() as moderation;
comment on view api.admin_topics is 'The private channel on which new flags are announced.';
grant select on api.admin_topics to platform_admin;
