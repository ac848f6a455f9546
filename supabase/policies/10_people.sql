-- People: profiles, contact details, notices, restrictions, invitations.
--
--   customer         their own profile and contact details, notices, restrictions
--   mechanic         their own profile and contact details, notices, restrictions
--   workshop         their own contact details, notices, restrictions; their workshops' restrictions
--   platform_admin   everybody's persona, display name and standing; contact data only by read_contact

-- rows

create policy "everyone sees their own account"
    on app.people for select to customer, mechanic, workshop
    using (id = (select app.current_person_id()));
create policy "admins see all accounts"
    on app.people for select to platform_admin
    using ((select app.may_continue_work()));

create policy "everyone sees their own contact details"
    on app.contact_details for select to customer, mechanic, workshop, platform_admin
    using (person_id = (select app.current_person_id()));

create policy "customers see their own profile"
    on app.customers for select to customer
    using (person_id = (select app.current_person_id()));
create policy "admins see the display names of customers"
    on app.customers for select to platform_admin
    using ((select app.may_continue_work()));

create policy "mechanics see their own profile"
    on app.mechanics for select to mechanic
    using (person_id = (select app.current_person_id()));
create policy "admins see the display names of mechanics"
    on app.mechanics for select to platform_admin
    using ((select app.may_continue_work()));

create policy "everyone sees their own notices"
    on app.notices for select to customer, mechanic, workshop, platform_admin
    using (person_id = (select app.current_person_id()));

create policy "everyone sees the restrictions on themselves"
    on app.restrictions for select to customer, mechanic
    using (holder_id = (select app.current_person_id()));
create policy "advisors see the restrictions on them and their workshops"
    on app.restrictions for select to workshop
    using (
        holder_id = (select app.current_person_id())
        or holder_id = any((select app.member_workshop_ids())::uuid[])
    );
create policy "admins see all restrictions"
    on app.restrictions for select to platform_admin
    using ((select app.may_continue_work()));

create policy "admins see all standings"
    on app.standings for select to platform_admin
    using ((select app.may_continue_work()));

create policy "admins see all invitations"
    on app.invitations for select to platform_admin
    using ((select app.may_continue_work()));

create policy "admins see the audit log"
    on app.audit_log for select to platform_admin
    using ((select app.may_continue_work()));

-- columns

grant select (id, persona, created_at) on app.people to customer, mechanic, workshop, platform_admin;
grant select (person_id, email, full_name, phone, street, postal_code) on app.contact_details
    to customer, mechanic, workshop, platform_admin;
grant select (first_name, last_initial, city_id) on app.customers to customer, platform_admin;
grant select (display_name) on app.mechanics to mechanic, platform_admin;
grant select (person_id) on app.customers, app.mechanics to platform_admin;
grant select (id, kind, about_id, created_at) on app.notices
    to customer, mechanic, workshop, platform_admin;
grant select (
    id, holder_id, violation_id, step, kind, off_platform, clause, facts, evidence_ids, automated,
    jurisdiction, appeal_by, noticed_at, starts_at, ends_at, lifted_at, lift_reason
) on app.restrictions to customer, mechanic, workshop, platform_admin;
grant select (person_id, workshop_id, suspended_until, barred_until) on app.standings
    to platform_admin;
grant select (
    id, persona, workshop_id, invited_by, created_at, expires_at, accepted_at, accepted_by,
    revoked_at
) on app.invitations to platform_admin;
grant select (id, at, actor_id, action, subject, subject_id, reason, details) on app.audit_log
    to platform_admin;

-- shapes

create view api.my_account with (security_invoker = true) as
    select
        d.person_id as id,
        p.persona,
        p.created_at,
        d.email,
        d.full_name,
        d.phone,
        d.street,
        d.postal_code
    from app.contact_details as d  -- of which everyone, an admin too, sees one row: their own
    left join app.people as p on d.person_id = p.id;
comment on view api.my_account is 'The caller''s own account and contact details. Nobody else''s.';
grant select on api.my_account to customer, mechanic, workshop, platform_admin;

create view api.customer_profile with (security_invoker = true) as
    select
        c.first_name,
        c.last_initial,
        c.city_id,
        t.name as city
    from app.customers as c
    left join app.cities as t on c.city_id = t.id;
comment on view api.customer_profile is
    'What others may learn of the calling customer: mechanics the first name, workshops all of it.';
grant select on api.customer_profile to customer;

create view api.mechanic_profile with (security_invoker = true) as
    select display_name
    from app.mechanics;
comment on view api.mechanic_profile is 'The calling mechanic''s display name: all that customers see.';
grant select on api.mechanic_profile to mechanic;

create view api.notices with (security_invoker = true) as
    select
        id,
        kind,
        about_id,
        created_at
    from app.notices;
comment on view api.notices is 'What the caller was told outside threads, also broadcast on person:<id>.';
grant select on api.notices to customer, mechanic, workshop, platform_admin;

create view api.restrictions with (security_invoker = true) as
    select
        id,
        holder_id,
        violation_id,
        step,
        kind,
        off_platform,
        clause,
        facts,
        evidence_ids,
        automated,
        jurisdiction,
        appeal_by,
        noticed_at,
        starts_at,
        ends_at,
        lifted_at,
        lift_reason
    from app.restrictions;
comment on view api.restrictions is
    'Suspensions and bans of the caller, or of their workshops, with the statement of reasons.';
grant select on api.restrictions to customer, mechanic, workshop, platform_admin;

create view api.admin_people with (security_invoker = true) as
    select
        id,
        persona,
        created_at
    from app.people;
comment on view api.admin_people is
    'All accounts, for admins. Contact data is not here: read_contact, with a reason, is logged.';
grant select on api.admin_people to platform_admin;

create view api.admin_customers with (security_invoker = true) as
    select
        person_id,
        first_name,
        last_initial,
        city_id
    from app.customers;
comment on view api.admin_customers is
    'What mechanics and workshops may call each customer, and their city, for admins.';
grant select on api.admin_customers to platform_admin;

create view api.admin_mechanics with (security_invoker = true) as
    select
        person_id,
        display_name
    from app.mechanics;
comment on view api.admin_mechanics is 'What customers call each mechanic, for admins.';
grant select on api.admin_mechanics to platform_admin;

create view api.admin_standings with (security_invoker = true) as
    select
        person_id,
        workshop_id,
        suspended_until,
        barred_until
    from app.standings;
comment on view api.admin_standings is
    'Until when a person or a workshop takes no new work (suspended) and has no access (barred): -infinity is never, '
    'infinity a ban. Why, in restrictions.';
grant select on api.admin_standings to platform_admin;

create view api.admin_invitations with (security_invoker = true) as
    select
        id,
        persona,
        workshop_id,
        invited_by,
        created_at,
        expires_at,
        accepted_at,
        accepted_by,
        revoked_at
    from app.invitations;
comment on view api.admin_invitations is
    'Invitations and what became of them, without the e-mail addresses. Tokens are not kept.';
grant select on api.admin_invitations to platform_admin;

create view api.admin_audit_log with (security_invoker = true) as
    select
        id,
        at,
        actor_id,
        action,
        subject,
        subject_id,
        reason,
        details
    from app.audit_log;
comment on view api.admin_audit_log is 'What privileged hands did, and why.';
grant select on api.admin_audit_log to platform_admin;
