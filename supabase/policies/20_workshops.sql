-- Workshops: the directory, and who belongs to them.
--
--   customer, mechanic, workshop, platform_admin   the directory: name, city, services, rating
--   workshop                                       also the members of their own workshops, by joining date
--   platform_admin                                 also capacity, radius, payouts, members, conflicts

-- rows

create policy "customers and providers see the workshops"
    on app.workshops for select to customer, mechanic, workshop
    using (true);
-- Their columns are more than the directory's, and a dismissed admin's token lives on for a while.
create policy "admins see the workshops"
    on app.workshops for select to platform_admin
    using ((select app.may_continue_work()));
create policy "every persona sees what workshops offer"
    on app.workshop_services for select to customer, mechanic, workshop, platform_admin
    using (true);
create policy "advisors see their own memberships"
    on app.workshop_members for select to workshop
    using (person_id = (select app.current_person_id()));
create policy "admins see all memberships"
    on app.workshop_members for select to platform_admin
    using ((select app.may_continue_work()));
create policy "admins see the conflicts of interest"
    on app.conflicts_of_interest for select to platform_admin
    using ((select app.may_continue_work()));

-- columns

grant select (id, name, city_id, rating_sum, rating_count) on app.workshops
    to customer, mechanic, workshop, platform_admin;
grant select (
    open_bays, radius_m, price_index, takes_escalations, payouts_enabled, created_at
) on app.workshops to platform_admin;
grant select (workshop_id, service) on app.workshop_services
    to customer, mechanic, workshop, platform_admin;
grant select (workshop_id, joined_at, removed_at) on app.workshop_members to workshop, platform_admin;
grant select (person_id) on app.workshop_members to platform_admin;
grant select (mechanic_id, workshop_id, reason) on app.conflicts_of_interest to platform_admin;

-- shapes

create view api.workshops with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        w.id,
        w.name,
        c.name as city,
        c.region,
        array(
            select s.service
            from app.workshop_services as s
            where s.workshop_id = w.id
            order by s.service
        ) as services,
        round(w.rating_sum::numeric / nullif(w.rating_count, 0), 1) as rating,
        w.rating_count
    from app.workshops as w
    left join app.cities as c on w.city_id = c.id;
comment on view api.workshops is
    'The directory. A workshop''s people, address and telephone are not in it. No rating: null.';
grant select on api.workshops to customer, mechanic, workshop, platform_admin;

create view api.workshop_memberships with (security_invoker = true) as
    select
        m.workshop_id,
        w.name as workshop_name,
        m.joined_at,
        m.removed_at
    from app.workshop_members as m
    left join app.workshops as w on m.workshop_id = w.id;
comment on view api.workshop_memberships is 'The workshops that the calling advisor works or worked for.';
grant select on api.workshop_memberships to workshop;

create view api.admin_workshops with (security_invoker = true) as
    select
        id,
        name,
        city_id,
        open_bays,
        radius_m,
        price_index,
        rating_sum,
        rating_count,
        takes_escalations,
        payouts_enabled,
        created_at
    from app.workshops;
comment on view api.admin_workshops is 'Workshops with what matching reads, for admins.';
grant select on api.admin_workshops to platform_admin;

create view api.admin_workshop_members with (security_invoker = true) as
    select
        workshop_id,
        person_id,
        joined_at,
        removed_at
    from app.workshop_members;
comment on view api.admin_workshop_members is 'Advisors by workshop, for admins.';
grant select on api.admin_workshop_members to platform_admin;

create view api.admin_conflicts_of_interest with (security_invoker = true) as
    select
        mechanic_id,
        workshop_id,
        reason
    from app.conflicts_of_interest;
comment on view api.admin_conflicts_of_interest is
    'Ownership and payout links that keep a mechanic''s cases from a workshop.';
grant select on api.admin_conflicts_of_interest to platform_admin;
