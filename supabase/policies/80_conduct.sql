-- Conduct: flags raised by the filter or by a person, what people decided about them, and appeals.
--
--   customer, mechanic, workshop   the violations found against them, what became of their reports, the
--                                  monitoring notice; their restrictions stand in 10_people.sql
--   mechanic, workshop             the appeals against restrictions on them or their workshops
--   platform_admin                 flags, violations and appeals; raw text only by read_raw_message and
--                                  read_previews

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
create policy "people see the reports they made"
    on app.contact_flags for select to customer, mechanic, workshop
    using (reporter_id = (select app.current_person_id()));

create policy "mechanics see their appeals"
    on app.appeals for select to mechanic
    using (holder_id = (select app.current_person_id()));
create policy "advisors see the appeals of theirs and their workshops"
    on app.appeals for select to workshop
    using (
        holder_id = (select app.current_person_id())
        or holder_id = any((select app.member_workshop_ids())::uuid[])
    );
create policy "admins see all appeals"
    on app.appeals for select to platform_admin
    using ((select app.may_continue_work()));

create policy "admins see the ladder"
    on app.conduct_steps for select to platform_admin
    using ((select app.may_continue_work()));

create function app.current_monitoring_version()
    returns integer
    language plpgsql
    stable
    security definer  -- a policy on the table itself asks
    set search_path = ''
as $$
begin
    return (
        select max(n.version)
        from app.monitoring_notices as n
        where n.effective_from <= app.current_instant()
    );
end;
$$;
comment on function app.current_monitoring_version is
    'The monitoring notice in force: the newest whose time has come.';
grant execute on function app.current_monitoring_version to customer, mechanic, workshop;

create policy "everyone who chats sees the notice in force"
    on app.monitoring_notices for select to customer, mechanic, workshop
    using (version = (select app.current_monitoring_version()));
create policy "people see their own consents"
    on app.consents for select to customer, mechanic, workshop
    using (person_id = (select app.current_person_id()));

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
grant select (overturned_at) on app.violations to customer, mechanic, workshop, platform_admin;
grant select (flag_id, person_id, holder_id, decided_by, seconded_by) on app.violations
    to platform_admin;
grant select (
    id, message_id, thread_id, person_id, raised_by, reporter_id, kinds, piece_ids, reason_codes, note,
    severity, status, created_at, claimed_by, claimed_until, proposed_by, decided_by, decided_at,
    decision_reason
) on app.contact_flags to platform_admin;
grant select (id, message_id, status, created_at, decided_at)
    on app.contact_flags to customer, mechanic, workshop;
grant select (id, restriction_id, statement, status, created_at, reviewed_at, review_reason)
    on app.appeals to mechanic, workshop, platform_admin;
grant select (holder_id, appellant_id, restricted_by, seconded_by, reviewed_by) on app.appeals
    to platform_admin;
grant select (step, kind, days) on app.conduct_steps to platform_admin;
grant select (version, body, effective_from) on app.monitoring_notices to customer, mechanic, workshop;
grant select (version, given_at) on app.consents to customer, mechanic, workshop;

-- shapes

create view api.my_violations with (security_invoker = true) as
    select
        id,
        severity,
        clause,
        facts,
        decided_at,
        overturned_at
    from app.violations;
comment on view api.my_violations is
    'What was found against the caller, with clause and facts, and when an appeal overturned it.';
grant select on api.my_violations to customer, mechanic, workshop;

create view api.admin_violations with (security_invoker = true) as
    select
        id,
        flag_id,
        person_id,
        holder_id,
        severity,
        clause,
        facts,
        decided_by,
        seconded_by,
        decided_at,
        overturned_at
    from app.violations;
comment on view api.admin_violations is
    'What was found, against whom, who answers for it, and who decided.';
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
        claimed_by,
        claimed_until,
        proposed_by,
        decided_by,
        decided_at,
        decision_reason
    from app.contact_flags;
comment on view api.admin_flags is
    'Messages that may have shared contact data. The queue: status open or proposed, by severity '
    'descending, then created_at; claim_flag takes the first that nobody works on.';
grant select on api.admin_flags to platform_admin;

create view api.admin_topics with (security_invoker = true) as
    select app.moderation_topic() as moderation;
comment on view api.admin_topics is 'The private channel on which new flags are announced.';
grant select on api.admin_topics to platform_admin;

create view api.my_reports with (security_invoker = true) as
    select
        id,
        message_id,
        created_at,
        decided_at,
        case when status in ('open', 'proposed') then 'under_review' else 'closed' end as status
    from app.contact_flags;
comment on view api.my_reports is
    'Messages that the caller reported, and whether the report is under review or closed.';
grant select on api.my_reports to customer, mechanic, workshop;

create view api.my_appeals with (security_invoker = true) as
    select
        id,
        restriction_id,
        statement,
        status,
        created_at,
        reviewed_at,
        review_reason
    from app.appeals;
comment on view api.my_appeals is
    'Appeals against restrictions on the caller or their workshops, and how they were decided.';
grant select on api.my_appeals to mechanic, workshop;

create view api.admin_appeals with (security_invoker = true) as
    select
        id,
        restriction_id,
        holder_id,
        appellant_id,
        statement,
        status,
        created_at,
        restricted_by,
        seconded_by,
        reviewed_by,
        reviewed_at,
        review_reason
    from app.appeals;
comment on view api.admin_appeals is
    'All appeals. Neither restricted_by nor seconded_by may decide one: decide_appeal.';
grant select on api.admin_appeals to platform_admin;

create view api.admin_conduct_steps with (security_invoker = true) as
    select
        step,
        kind,
        days
    from app.conduct_steps;
comment on view api.admin_conduct_steps is 'The ladder: what the n-th confirmed violation brings.';
grant select on api.admin_conduct_steps to platform_admin;

create view api.monitoring_notice with (security_invoker = true) as
    select
        n.version,
        n.body,
        n.effective_from,
        c.given_at as agreed_at
    from app.monitoring_notices as n
    left join app.consents as c on n.version = c.version;
comment on view api.monitoring_notice is
    'What is to be agreed to before a session is requested or accepted, and when the caller did.';
grant select on api.monitoring_notice to customer, mechanic, workshop;
