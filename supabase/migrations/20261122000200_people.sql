-- People, workshops, places, and the rules that hold for everybody: clock, settings, limits, audit.

-- Time

create function app.is_development_database()
    returns boolean
    language sql
    stable
    set search_path = ''
as $$
    -- Only a superuser can make a schema that supabase_admin owns; hosted projects have none.
    select exists (
        select
        from pg_catalog.pg_namespace
        where nspname = 'development'
            and nspowner = (select oid from pg_catalog.pg_roles where rolname = 'supabase_admin')
    );
$$;
comment on function app.is_development_database is
    'Whether the local stack''s bootstrap made this database, for development or tests.';

create table app.clock (
    one_row boolean primary key default true
        constraint clock_has_one_row check (one_row),
    shift interval not null default interval '0'
        constraint only_a_development_clock_is_moved
        check (shift = interval '0' or app.is_development_database())
);
comment on table app.clock is
    'How far the platform''s time is ahead of the server''s. Zero but in tests and demonstrations.';
insert into app.clock default values;

create function app.current_instant()
    returns timestamptz
    language plpgsql
    stable
    security definer  -- callers hold no grant on the clock
    set search_path = ''
as $$
begin
    return now() + (select shift from app.clock);
end;
$$;
comment on function app.current_instant is
    'The platform''s time: the transaction''s start, moved by app.clock.';

-- Settings and limits

create table app.settings (
    one_row boolean primary key default true
        constraint settings_have_one_row check (one_row),
    pay_within interval not null default interval '24 hours',
    accept_session_within interval not null default interval '2 hours',
    absent_after interval not null default interval '15 minutes',
    accept_offer_within interval not null default interval '2 hours',
    quote_within interval not null default interval '8 hours',
    quote_valid_for interval not null default interval '7 days',
    pay_repair_within interval not null default interval '3 days',
    contact_released_for interval not null default interval '14 days',
    offers_per_wave integer not null default 3
        constraint offers_per_wave_is_one_to_five check (offers_per_wave between 1 and 5),
    most_waves integer not null default 3
        constraint most_waves_is_positive check (most_waves > 0),
    first_radius_m integer not null default 40000
        constraint first_radius_is_positive check (first_radius_m > 0),
    invitation_valid_for interval not null default interval '7 days',
    flag_claimed_for interval not null default interval '15 minutes',
    preview_kept_for interval not null default interval '1 hour',
    live_payments boolean not null default false,
    stripe_api_version text not null default '2026-10-28.endive'
);
comment on table app.settings is 'Deadlines and sizes that an operator may tune, in one row.';
comment on column app.settings.pay_within is 'A requested session that is not paid by then expires.';
comment on column app.settings.accept_session_within is
    'A paid session that no mechanic accepted by then is cancelled and refunded.';
comment on column app.settings.absent_after is
    'Silence in an active session after which the other party may be reported absent.';
comment on column app.settings.accept_offer_within is 'Wall clock, from the offer.';
comment on column app.settings.quote_within is 'Wall clock, from accepting the offer.';
comment on column app.settings.contact_released_for is
    'How long the workshop of a paid repair sees a number that the customer released.';
comment on column app.settings.first_radius_m is
    'Metres searched in the first wave; each later wave searches half as far again.';
comment on column app.settings.flag_claimed_for is
    'How long a claimed flag is one admin''s alone, unless decided before.';
comment on column app.settings.preview_kept_for is
    'How long a text that a preview found fault with is kept, unless it became evidence.';
comment on column app.settings.live_payments is
    'Whether real money moves. Stripe''s events of the other mode are stored and not applied.';
comment on column app.settings.stripe_api_version is
    'The shapes that this platform reads, pinned on Stripe''s endpoints and in its client.';
insert into app.settings default values;

create table app.limits (
    action text primary key,
    most integer not null
        constraint most_is_positive check (most > 0),
    within interval not null
        constraint within_is_positive check (within > interval '0')
);
comment on table app.limits is
    'How often one subject (a person, or a thread) may do a thing. Beyond it: error PT429.';
insert into app.limits (action, most, within) values
    ('send_message', 30, interval '1 minute'),
    ('thread_message', 60, interval '1 minute'),
    ('request_session', 5, interval '1 hour'),
    ('register_media', 30, interval '1 hour'),
    ('preview_message', 30, interval '1 minute'),
    ('report_message', 10, interval '1 hour'),
    ('start_checkout', 20, interval '1 hour'),
    ('request_refund', 5, interval '1 day'),
    ('open_payout_account', 20, interval '1 hour'),
    ('accept_invitation', 10, interval '1 hour');

create table app.limit_uses (
    subject_id uuid not null,
    action text not null references app.limits (action) on update cascade on delete cascade,
    window_started_at timestamptz not null,
    uses integer not null
        constraint uses_is_positive check (uses > 0),
    primary key (subject_id, action)
) with (fillfactor = 70);
comment on table app.limit_uses is 'Uses in the current window, one row a subject and action.';

create table app.transitions (
    entity text not null,
    from_status text,
    to_status text not null,
    function text not null,
    actor text not null,
    constraint a_transition_is_listed_once
        unique nulls not distinct (entity, from_status, to_status, function, actor)
);
comment on table app.transitions is
    'Every arrow of every state machine: which function moves it, on whose behalf. No from: creation.';

create table app.audit_log (
    id uuid primary key default gen_random_uuid(),
    at timestamptz not null default app.current_instant(),
    actor_id uuid,
    action text not null,
    subject text not null,
    subject_id uuid,
    reason text,
    details jsonb not null default '{}'
);
comment on table app.audit_log is
    'What privileged hands did, and why. Rows are added, never changed. No actor: the owner or a job.';
create index audit_log_in_order on app.audit_log (at desc);
create index audit_log_by_subject on app.audit_log (subject_id, at desc);

-- Places and services

create table app.cities (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    region text not null,
    country text not null default 'US',
    latitude double precision not null
        constraint latitude_is_on_earth check (latitude between -90 and 90),
    longitude double precision not null
        constraint longitude_is_on_earth check (longitude between -180 and 180),
    place extensions.cube not null
        generated always as (extensions.ll_to_earth(latitude, longitude)) stored,
    constraint a_city_is_listed_once unique (country, region, name)
);
comment on table app.cities is 'Coarse places: the only location of anybody that others may learn.';
create index cities_by_place on app.cities using gist (place);

create table app.services (
    code text primary key
        constraint service_code_is_plain check (code ~ '^[a-z_]{2,40}$'),
    name text not null
);
comment on table app.services is
    'Kinds of work: a session''s category, a workshop''s offering, a recommended service.';

-- People

create table app.people (
    id uuid primary key references auth.users (id) on delete restrict,
    persona text not null default 'customer'
        constraint persona_is_known check (
            persona in ('customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker')
        ),
    created_at timestamptz not null default app.current_instant(),
    constraint standings_may_name_the_persona unique (id, persona)
);
comment on table app.people is 'One row an account. A sign-up is a customer.';
comment on column app.people.persona is
    'The role that the account''s tokens carry. Changed by accept_invitation and dismiss_admin only.';

-- Each table that an admin pages through has an index in the order of its list, newest first.
create index people_in_order on app.people (created_at desc);

create table app.contact_details (
    person_id uuid primary key references app.people (id) on delete restrict,
    email text,
    full_name text
        constraint full_name_is_short check (length(full_name) <= 120),
    phone text
        constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    street text
        constraint street_is_short check (length(street) <= 200),
    postal_code text
        constraint postal_code_is_short check (length(postal_code) <= 12)
);
comment on table app.contact_details is
    'How to reach a person. The owner reads it; nobody else but by a logged read or a release.';
comment on column app.contact_details.email is 'Copied from Auth, which owns it.';
comment on column app.contact_details.phone is 'E.164.';

create table app.customers (
    person_id uuid primary key references app.people (id) on delete restrict,
    first_name text
        constraint first_name_is_a_name check (first_name ~ '^[[:alpha:]][[:alpha:] .''-]{0,39}$'),
    last_initial text
        constraint last_initial_is_a_letter check (last_initial ~ '^[[:alpha:]]$'),
    city_id uuid references app.cities (id)
);
comment on table app.customers is 'What others may learn of a customer. Empty until set_customer_profile.';

create table app.mechanics (
    person_id uuid primary key references app.people (id) on delete restrict,
    display_name text
        constraint display_name_is_a_name check (
            display_name ~ '^[[:alpha:]][[:alpha:] .''-]{0,39}$'
        )
);
comment on table app.mechanics is 'Vetted mechanics. The display name is all that customers see.';

create table app.workshops (
    id uuid primary key default gen_random_uuid(),
    name text not null
        constraint workshop_name_is_a_name check (name ~ '^[[:alpha:]][[:alpha:] .&''-]{1,59}$'),
    city_id uuid not null references app.cities (id),
    open_bays integer not null default 2
        constraint open_bays_is_not_negative check (open_bays >= 0),
    radius_m integer not null default 60000
        constraint radius_is_positive check (radius_m > 0),
    price_index double precision not null default 1.0
        constraint price_index_is_clamped check (price_index between 0.7 and 1.5),
    rating_sum integer not null default 0,
    rating_count integer not null default 0
        constraint rating_count_is_not_negative check (rating_count >= 0),
    takes_escalations boolean not null default true,
    payouts_enabled boolean not null default true,
    created_at timestamptz not null default app.current_instant()
);
comment on table app.workshops is 'Partner workshops. Contact data of their people stands elsewhere.';
comment on column app.workshops.open_bays is 'Repairs the workshop takes at once, offers accepted included.';
comment on column app.workshops.radius_m is 'How far from its city the workshop serves, in metres.';
comment on column app.workshops.price_index is 'Past quotes over the regional median, shrunk and clamped.';
create index workshops_by_name on app.workshops (name);  -- the directory, a page at a time
create index workshops_by_city on app.workshops (city_id);

create table app.workshop_services (
    workshop_id uuid not null references app.workshops (id) on delete cascade,
    service text not null references app.services (code),
    primary key (workshop_id, service)
);
comment on table app.workshop_services is 'Which work a workshop takes.';
create index workshop_services_by_service on app.workshop_services (service);

create table app.conflicts_of_interest (
    mechanic_id uuid not null references app.mechanics (person_id),
    workshop_id uuid not null references app.workshops (id),
    reason text not null,
    primary key (mechanic_id, workshop_id)
);
comment on table app.conflicts_of_interest is
    'Ownership or payout links: the workshop gets no case that this mechanic escalates.';
create index conflicts_of_interest_by_workshop on app.conflicts_of_interest (workshop_id);

-- Standing: the one row that says what a person or workshop may still do

create table app.jurisdictions (
    code text primary key,
    appeal_within interval not null,
    notice_period interval not null default interval '0',
    constraint appeals_take_time check (appeal_within > interval '0'),
    constraint notice_is_not_given_late check (notice_period >= interval '0')
);
comment on table app.jurisdictions is
    'What the law of a place asks of restrictions. A code is a country''s, or other for the rest.';
comment on column app.jurisdictions.appeal_within is
    'From the decision. In the European Union at least six months: Regulation (EU) 2022/2065, article 20.';
comment on column app.jurisdictions.notice_period is
    'From the notice to the start of a ban; new work is suspended meanwhile. In the European Union 30 days: '
    'Regulation (EU) 2019/1150, article 4 (2). None where a law obliges to end at once (4 (4) (a)), or an '
    'infringement is repeated (4 (4) (c)), as on the ladder. A payment off the platform ends access at once: a '
    'restriction, for which article 4 (1) asks for reasons and no period.';
insert into app.jurisdictions (code, appeal_within) values
    ('other', interval '30 days'),
    ('US', interval '30 days');
insert into app.jurisdictions (code, appeal_within, notice_period)
select
    c.code,
    interval '6 months' as appeal_within,
    interval '30 days' as notice_period
from unnest(
    string_to_array('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK', ' ')
) as c (code);

create table app.standings (
    holder_id uuid primary key
        generated always as (coalesce(person_id, workshop_id)) stored,
    person_id uuid unique,
    persona text,
    workshop_id uuid unique references app.workshops (id) on delete restrict,
    suspended_until timestamptz not null default '-infinity',
    barred_until timestamptz not null default '-infinity',
    barred_from timestamptz not null default '-infinity',
    jurisdiction text not null default 'other' references app.jurisdictions (code),
    constraint standing_has_one_holder check (num_nonnulls(person_id, workshop_id) = 1),
    constraint standing_names_a_person_s_persona check ((person_id is null) = (persona is null)),
    constraint standings_person_fkey foreign key (person_id, persona)
        references app.people (id, persona) on update cascade on delete restrict,
    constraint memberships_may_name_an_advisor_s_bar unique (person_id, persona, barred_from, barred_until),
    constraint memberships_may_name_a_workshop_s_bar unique (workshop_id, barred_from, barred_until)
);
comment on table app.standings is
    'Locked for share by whoever acts, for update by whoever restricts: nothing slips in between.';
comment on column app.standings.persona is
    'The person''s, kept the same by its foreign key, so that a policy asks one row; null for a workshop.';
comment on column app.standings.suspended_until is 'No new work before then.';
comment on column app.standings.barred_until is
    'No access to cases, threads or media before then. A ban is infinity.';
comment on column app.standings.barred_from is 'From when the bar holds: after its notice period.';

create table app.workshop_members (
    workshop_id uuid not null references app.workshops (id) on delete restrict,
    person_id uuid not null references app.people (id) on delete restrict,
    joined_at timestamptz not null default app.current_instant(),
    removed_at timestamptz,
    persona text not null default 'workshop',
    advisor_barred_from timestamptz not null default '-infinity',
    advisor_barred_until timestamptz not null default '-infinity',
    workshop_barred_from timestamptz not null default '-infinity',
    workshop_barred_until timestamptz not null default '-infinity',
    primary key (workshop_id, person_id),
    constraint a_membership_ends_with_its_advisor_s_access
        foreign key (person_id, persona, advisor_barred_from, advisor_barred_until)
        references app.standings (person_id, persona, barred_from, barred_until) on update cascade,
    constraint a_membership_ends_with_its_workshop_s_access
        foreign key (workshop_id, workshop_barred_from, workshop_barred_until)
        references app.standings (workshop_id, barred_from, barred_until) on update cascade
);
comment on table app.workshop_members is
    'Service advisors and their workshops. A removed member keeps the row and loses the access.';
comment on column app.workshop_members.persona is
    'The advisor''s, as the bars of both are, kept the same by foreign keys, so that a policy asks one row.';
create index workshop_members_by_person on app.workshop_members (person_id);

create table app.invitations (
    id uuid primary key default gen_random_uuid(),
    token_hash bytea not null
        constraint an_invitation_token_is_used_once unique,
    email text not null,
    persona text not null
        constraint invited_persona_is_known check (
            persona in ('mechanic', 'workshop', 'platform_admin', 'media_worker')
        ),
    workshop_id uuid references app.workshops (id),
    country text
        constraint country_has_two_letters check (country ~ '^[A-Z]{2}$'),
    invited_by uuid references app.people (id),
    created_at timestamptz not null default app.current_instant(),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by uuid references app.people (id),
    revoked_at timestamptz,
    constraint advisors_are_invited_to_a_workshop check (
        (persona = 'workshop') = (workshop_id is not null)
    ),
    constraint the_country_of_an_advisor_is_the_workshops check (num_nonnulls(workshop_id, country) < 2)
);
comment on table app.invitations is
    'One-time tokens (only their SHA-256 is kept) that turn a sign-up into another persona.';
comment on column app.invitations.country is
    'Where they work, ISO 3166-1: which law their restrictions follow. Unknown: other.';
create index invitations_in_order on app.invitations (created_at desc);
create index invitations_by_inviter on app.invitations (invited_by);
create index invitations_by_workshop on app.invitations (workshop_id);

create table app.notices (
    id uuid primary key default gen_random_uuid(),
    person_id uuid not null references app.people (id) on delete restrict,
    kind text not null,
    about_id uuid,
    created_at timestamptz not null default app.current_instant()
);
comment on table app.notices is
    'What a person is told outside a thread; announced on their own topic person:<id>.';
comment on column app.notices.about_id is 'The session, thread, message, escalation, quote or restriction meant.';
create index notices_by_person on app.notices (person_id, created_at desc);

create table app.topic_epochs (
    name text primary key,
    epoch integer not null default 1
);
comment on table app.topic_epochs is
    'The number that a shared topic carries: it moves on when anybody loses access.';
insert into app.topic_epochs (name) values ('admin:moderation');

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
-- So it learns nothing of what is said about a person or a car.
alter table app.contact_details
    alter column email set statistics 0,
    alter column full_name set statistics 0,
    alter column phone set statistics 0,
    alter column street set statistics 0,
    alter column postal_code set statistics 0;
alter table app.customers
    alter column first_name set statistics 0,
    alter column last_initial set statistics 0;
alter table app.mechanics alter column display_name set statistics 0;
