-- Escalations: a case goes to workshops as offers, comes back as quotes, and earns a referral.
--
--   customer         their escalations; the quotes sent to them, with items
--   mechanic         the escalations they raised, with their referral, unless barred; no prices
--   workshop         its offers and quotes for good; the case, and a released telephone number, only as
--                    long as the offer lasts; nothing of any other workshop, nor of how it was ranked
--   platform_admin   all of it, with ranks, scores and terms; no copy of the case

-- rows

create policy "customers see their own escalations"
    on app.escalations for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "mechanics see the escalations they raised"
    on app.escalations for select to mechanic
    using (mechanic_id = (select app.current_mechanic_id()));
create policy "admins see all escalations"
    on app.escalations for select to platform_admin
    using ((select app.may_continue_work()));

create policy "workshops see the offers made to them"
    on app.offers for select to workshop
    using (workshop_id = any((select app.member_workshop_ids())::uuid[]));
create policy "admins see all offers"
    on app.offers for select to platform_admin
    using ((select app.may_continue_work()));

create policy "workshops see a case as long as their offer lasts"
    on app.offer_cases for select to workshop
    using (
        workshop_id = any((select app.current_workshop_ids())::uuid[])
        and visible_until > (select app.current_instant())
    );

create policy "customers see the quotes sent to them"
    on app.repair_quotes for select to customer
    using (
        customer_id = (select app.current_person_id())
        and status <> 'draft'
    );
create policy "workshops see their own quotes"
    on app.repair_quotes for select to workshop
    using (workshop_id = any((select app.member_workshop_ids())::uuid[]));
create policy "admins see all quotes"
    on app.repair_quotes for select to platform_admin
    using ((select app.may_continue_work()));

-- A draft's items name no customer yet.
create policy "customers see the items of quotes sent to them"
    on app.repair_quote_items for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "workshops see the items of their own quotes"
    on app.repair_quote_items for select to workshop
    using (workshop_id = any((select app.member_workshop_ids())::uuid[]));

create policy "mechanics see their own referrals"
    on app.referrals for select to mechanic
    using (mechanic_id = (select app.current_mechanic_id()));
create policy "admins see all referrals"
    on app.referrals for select to platform_admin
    using ((select app.may_continue_work()));

create policy "workshops see a telephone number while it is released"
    on app.contact_releases for select to workshop
    using (
        workshop_id = any((select app.current_workshop_ids())::uuid[])
        and visible_until > (select app.current_instant())
    );

-- columns

grant select (id, session_id, status, category, wave, created_at, ended_at)
    on app.escalations to customer;
grant select (id, session_id, status, created_at, ended_at) on app.escalations to mechanic;
grant select (
    id, session_id, customer_id, mechanic_id, status, category, city_id, wave, created_at, ended_at
) on app.escalations to platform_admin;

grant select (
    id, workshop_id, status, offered_at, accept_by, answered_at, quote_by, decline_code,
    visible_until
) on app.offers to workshop;
grant select (
    id, escalation_id, workshop_id, wave, rank, eligible_count, config_version, score, terms, status,
    offered_at, accept_by, answered_at, taken_back_at, quote_by, decline_code, visible_until
) on app.offers to platform_admin;

grant select (
    offer_id, workshop_id, customer_first_name, customer_last_initial, city_id, vehicle_year,
    vehicle_make, vehicle_model, vehicle_colour, vin, diagnosis, recommended_services
) on app.offer_cases to workshop;

grant select (
    id, offer_id, escalation_id, workshop_id, version, status, notes, parts_cents, labour_cents,
    tax_cents, total_cents, currency, warranty_months, distance_km, sent_at, valid_until, decided_at
) on app.repair_quotes to customer;
grant select (
    id, offer_id, workshop_id, version, status, notes, parts_cents, labour_cents, tax_cents,
    total_cents, currency, warranty_months, created_at, sent_at, valid_until, decided_at
) on app.repair_quotes to workshop;
grant select (
    id, offer_id, escalation_id, workshop_id, customer_id, version, status, notes, parts_cents,
    labour_cents, tax_cents, total_cents, currency, warranty_months, distance_km, created_at,
    sent_at, valid_until, decided_at
) on app.repair_quotes to platform_admin;

grant select (quote_id, position, kind, description, quantity, unit_cents, amount_cents)
    on app.repair_quote_items to customer, workshop;

grant select (escalation_id, status, amount_cents, currency, earned_at, payable_from)
    on app.referrals to mechanic, platform_admin;
grant select (id, mechanic_id, created_at) on app.referrals to platform_admin;

grant select (offer_id, workshop_id, phone, released_at, visible_until)
    on app.contact_releases to workshop;

-- shapes

create view api.customer_escalations with (security_invoker = true) as
    select
        id,
        session_id,
        status,
        category,
        wave,
        created_at,
        ended_at
    from app.escalations;
comment on view api.customer_escalations is
    'Cases of the calling customer that need a workshop. Waves are rounds of invitations so far.';
grant select on api.customer_escalations to customer;

create view api.customer_quotes with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        q.id,
        q.escalation_id,
        q.offer_id,
        w.name as workshop_name,
        round(w.rating_sum::numeric / nullif(w.rating_count, 0), 1) as rating,
        w.rating_count,
        q.distance_km,
        q.version,
        case
            when q.status = 'sent' and q.valid_until <= (select app.current_instant()) then 'expired'
            else q.status
        end as status,
        q.notes,
        q.parts_cents,
        q.labour_cents,
        q.tax_cents,
        q.total_cents,
        q.currency,
        q.warranty_months,
        q.sent_at,
        q.valid_until,
        q.decided_at
    from app.repair_quotes as q
    left join app.workshops as w on q.workshop_id = w.id;
comment on view api.customer_quotes is
    'Quotes sent to the calling customer, of all workshops. Distance: kilometres between the cities, '
    'rounded up to tens. No rating: null.';
grant select on api.customer_quotes to customer;

create view api.customer_quote_items with (security_invoker = true) as
    select
        quote_id,
        position,
        kind,
        description,
        quantity,
        unit_cents,
        amount_cents
    from app.repair_quote_items;
comment on view api.customer_quote_items is 'Parts and labour of the quotes sent to the calling customer.';
grant select on api.customer_quote_items to customer;

create view api.mechanic_escalations with (security_invoker = true) as
    select
        e.id,
        e.session_id,
        e.status,
        e.created_at,
        e.ended_at,
        r.status as referral_status,
        r.amount_cents as referral_cents,
        r.currency as referral_currency,
        r.earned_at as referral_earned_at,
        r.payable_from as referral_payable_from
    from app.escalations as e
    -- Lateral: looked up for the rows of a page. Joined, it would be hashed from all the mechanic earned.
    left join lateral (
        select
            f.status,
            f.amount_cents,
            f.currency,
            f.earned_at,
            f.payable_from
        from app.referrals as f
        where f.escalation_id = e.id
        order by f.escalation_id
        limit 1
    ) as r on true;
comment on view api.mechanic_escalations is
    'Sessions that the calling mechanic escalated, and the referral once a repair is paid.';
grant select on api.mechanic_escalations to mechanic;

create view api.workshop_offers with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        o.id,
        o.workshop_id,
        o.offered_at,
        o.accept_by,
        o.answered_at,
        o.quote_by,
        case
            when o.visible_until > (select app.current_instant()) then o.status
            when o.status = 'open' then 'expired'
            when o.status = 'accepted' then 'lost'
            else o.status
        end as outcome,
        o.decline_code,
        q.status as quote_status,
        q.total_cents as quoted_cents,
        q.currency
    from app.offers as o
    left join lateral (
        select
            r.status,
            r.total_cents,
            r.currency
        from app.repair_quotes as r
        where r.offer_id = o.id
            and r.status <> 'draft'
        order by r.version desc
        limit 1
    ) as q on true;
comment on view api.workshop_offers is
    'Offers made to the caller''s workshops, with the outcome and the last quote sent. Nothing of the '
    'case: that is in workshop_cases while the offer lasts.';
grant select on api.workshop_offers to workshop;

create view api.workshop_cases with (security_invoker = true) as
    select
        o.offer_id,
        o.workshop_id,
        o.customer_first_name,
        o.customer_last_initial,
        c.name as city,
        o.vehicle_year,
        o.vehicle_make,
        o.vehicle_model,
        o.vehicle_colour,
        o.vin,
        o.diagnosis,
        o.recommended_services
    from app.offer_cases as o
    left join app.cities as c on o.city_id = c.id;
comment on view api.workshop_cases is
    'What the caller''s workshops know of a case: while the offer is open, or accepted, in work or done.';
grant select on api.workshop_cases to workshop;

create view api.workshop_quotes with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        id,
        offer_id,
        workshop_id,
        version,
        case
            when status = 'sent' and valid_until <= (select app.current_instant()) then 'expired'
            else status
        end as status,
        notes,
        parts_cents,
        labour_cents,
        tax_cents,
        total_cents,
        currency,
        warranty_months,
        created_at,
        sent_at,
        valid_until,
        decided_at
    from app.repair_quotes;
comment on view api.workshop_quotes is 'Quotes of the caller''s workshops, drafts included.';
grant select on api.workshop_quotes to workshop;

create view api.workshop_quote_items with (security_invoker = true) as
    select
        quote_id,
        position,
        kind,
        description,
        quantity,
        unit_cents,
        amount_cents
    from app.repair_quote_items;
comment on view api.workshop_quote_items is 'Parts and labour of the quotes of the caller''s workshops.';
grant select on api.workshop_quote_items to workshop;

create view api.workshop_released_contacts with (security_invoker = true) as
    select
        offer_id,
        workshop_id,
        phone,
        released_at,
        visible_until
    from app.contact_releases;
comment on view api.workshop_released_contacts is
    'Telephone numbers (E.164) that customers of paid repairs released to the caller''s workshops, as '
    'long as they may be seen.';
grant select on api.workshop_released_contacts to workshop;

create view api.admin_escalations with (security_invoker = true) as
    select
        id,
        session_id,
        customer_id,
        mechanic_id,
        status,
        category,
        city_id,
        wave,
        created_at,
        ended_at
    from app.escalations;
comment on view api.admin_escalations is 'All escalations, for admins. Unfilled ones wait for a person.';
grant select on api.admin_escalations to platform_admin;

create view api.admin_offers with (security_invoker = true) as
    select
        o.id,
        o.escalation_id,
        o.workshop_id,
        w.name as workshop_name,
        o.wave,
        o.rank,
        o.eligible_count,
        o.config_version,
        o.score,
        o.terms,
        o.status,
        o.offered_at,
        o.accept_by,
        o.answered_at,
        o.taken_back_at,
        o.quote_by,
        o.decline_code,
        o.visible_until
    from app.offers as o
    left join app.workshops as w on o.workshop_id = w.id;
comment on view api.admin_offers is
    'All offers with why they were made: rank, score, every term, and the version of the weights.';
grant select on api.admin_offers to platform_admin;

create view api.admin_quotes with (security_invoker = true) as
    select
        id,
        offer_id,
        escalation_id,
        workshop_id,
        customer_id,
        version,
        status,
        notes,
        parts_cents,
        labour_cents,
        tax_cents,
        total_cents,
        currency,
        warranty_months,
        distance_km,
        created_at,
        sent_at,
        valid_until,
        decided_at
    from app.repair_quotes;
comment on view api.admin_quotes is 'All quotes, drafts included, for admins.';
grant select on api.admin_quotes to platform_admin;

create view api.admin_referrals with (security_invoker = true) as
    select
        id,
        escalation_id,
        mechanic_id,
        status,
        amount_cents,
        currency,
        created_at,
        earned_at,
        payable_from
    from app.referrals;
comment on view api.admin_referrals is 'All referrals, for admins.';
grant select on api.admin_referrals to platform_admin;
