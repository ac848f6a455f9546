-- Diagnostic sessions: one customer's problem, worked on by at most one mechanic.
--
--   customer         their own: request, intake, outcome, media
--   mechanic         the queue, without anything that tells customers apart; their own sessions: the
--                    intake while active, the outcome, which they wrote, after
--   workshop         nothing here: a case reaches them as their own copy (50_escalations.sql)
--   platform_admin   all of it but the files

-- rows

create policy "customers see their own sessions"
    on app.diagnostic_sessions for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "mechanics see the sessions they work on or ended"
    on app.diagnostic_sessions for select to mechanic
    using (mechanic_id = (select app.current_mechanic_id()));
create policy "admins see all sessions"
    on app.diagnostic_sessions for select to platform_admin
    using ((select app.may_continue_work()));

create policy "mechanics see what waits in the queue"
    on app.queue_entries for select to mechanic
    using (
        accept_by > (select app.current_instant())
        and (select app.may_take_work())
    );

create policy "customers see their own intake"
    on app.session_intake for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "mechanics see the intake of their active session"
    on app.session_intake for select to mechanic
    using (active_mechanic_id = (select app.current_mechanic_id()));
create policy "admins see all intakes"
    on app.session_intake for select to platform_admin
    using ((select app.may_continue_work()));

create policy "customers see their own media"
    on app.media for select to customer
    using (customer_id = (select app.current_person_id()));

-- columns

grant select (
    id, mechanic_name, status, category, requested_at, pay_by, paid_at, accept_by, accepted_at,
    ended_at, summary, diagnosis, recommended_services
) on app.diagnostic_sessions to customer;
grant select (
    id, status, category, accepted_at, ended_at, summary, diagnosis, recommended_services
) on app.diagnostic_sessions to mechanic;
grant select (
    id, customer_id, mechanic_id, mechanic_name, status, category, fee_schedule_version,
    requested_at, pay_by, paid_at, accept_by, accepted_at, ended_at, summary, diagnosis,
    recommended_services
) on app.diagnostic_sessions to platform_admin;

grant select (session_id, category, vehicle_year, vehicle_make, vehicle_model, queued_at)
    on app.queue_entries to mechanic;

grant select (
    session_id, concern, vehicle_year, vehicle_make, vehicle_model, vehicle_colour, vin,
    photo_count, video_count
) on app.session_intake to customer, mechanic, platform_admin;
grant select (customer_first_name) on app.session_intake to mechanic;

grant select (id, session_id, kind, path, registered_at, uploaded_at) on app.media to customer;

-- shapes

create view api.customer_sessions with (security_invoker = true) as
    select
        s.id,
        s.status,
        s.category,
        s.mechanic_name,
        s.requested_at,
        s.pay_by,
        s.paid_at,
        s.accept_by,
        s.accepted_at,
        s.ended_at,
        i.concern,
        i.vehicle_year,
        i.vehicle_make,
        i.vehicle_model,
        i.vehicle_colour,
        i.vin,
        i.photo_count,
        i.video_count,
        s.summary,
        s.diagnosis,
        s.recommended_services
    from app.diagnostic_sessions as s
    left join app.session_intake as i on s.id = i.session_id;
comment on view api.customer_sessions is
    'The calling customer''s sessions. The mechanic is a display name, never an account.';
grant select on api.customer_sessions to customer;

create view api.mechanic_queue with (security_invoker = true) as
    select
        session_id,
        category,
        vehicle_year,
        vehicle_make,
        vehicle_model,
        floor(extract(epoch from (select app.current_instant()) - queued_at) / 60)::integer
            as waiting_minutes
    from app.queue_entries;
comment on view api.mechanic_queue is
    'Paid requests that wait for a mechanic. No name, no concern: nothing that tells two requests of '
    'one customer.';
grant select on api.mechanic_queue to mechanic;

create view api.mechanic_sessions with (security_invoker = true) as
    select
        s.id,
        s.status,
        s.category,
        s.accepted_at,
        s.ended_at,
        i.customer_first_name,
        i.concern,
        i.vehicle_year,
        i.vehicle_make,
        i.vehicle_model,
        i.vehicle_colour,
        i.vin,
        i.photo_count,
        i.video_count,
        s.summary,
        s.diagnosis,
        s.recommended_services
    from app.diagnostic_sessions as s
    left join app.session_intake as i on s.id = i.session_id;
comment on view api.mechanic_sessions is
    'The calling mechanic''s sessions: first name, concern and vehicle while active, the outcome '
    'after. What is not to be seen reads null.';
grant select on api.mechanic_sessions to mechanic;

create view api.customer_media with (security_invoker = true) as
    select
        id,
        session_id,
        kind,
        path,
        registered_at,
        uploaded_at
    from app.media;
comment on view api.customer_media is
    'Photos and videos of the calling customer: the path is in the bucket quarantine.';
grant select on api.customer_media to customer;

create view api.admin_sessions with (security_invoker = true) as
    select
        id,
        customer_id,
        mechanic_id,
        mechanic_name,
        status,
        category,
        fee_schedule_version,
        requested_at,
        pay_by,
        paid_at,
        accept_by,
        accepted_at,
        ended_at,
        summary,
        diagnosis,
        recommended_services
    from app.diagnostic_sessions;
comment on view api.admin_sessions is 'All sessions, for admins.';
grant select on api.admin_sessions to platform_admin;

create view api.admin_intakes with (security_invoker = true) as
    select
        session_id,
        concern,
        vehicle_year,
        vehicle_make,
        vehicle_model,
        vehicle_colour,
        vin,
        photo_count,
        video_count
    from app.session_intake;
comment on view api.admin_intakes is 'What each session was asked about, and of which vehicle, for admins.';
grant select on api.admin_intakes to platform_admin;
