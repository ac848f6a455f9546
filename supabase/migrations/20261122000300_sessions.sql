-- Diagnostic sessions, cut by who sees what when: core with its outcome, queue, intake, media.

create table app.fee_schedule (
    version integer primary key,
    effective_from timestamptz not null default app.current_instant(),
    diagnostic_price_cents integer not null
        constraint diagnostic_price_is_positive check (diagnostic_price_cents > 0),
    platform_fee_basis_points integer not null
        constraint platform_fee_is_a_share check (platform_fee_basis_points between 0 and 10000),
    referral_basis_points integer not null
        constraint referral_is_a_share_of_the_fee check (
            referral_basis_points between 0 and platform_fee_basis_points
        ),
    hold interval not null
        constraint hold_is_not_negative check (hold >= interval '0'),
    currency text not null default 'usd'
        constraint currency_is_iso_4217_lower_case check (currency ~ '^[a-z]{3}$')
);
comment on table app.fee_schedule is
    'Prices and shares, by version; stamped on payments and postings, so that a change is never backdated.';
comment on column app.fee_schedule.hold is 'From work done to payable.';
insert into app.fee_schedule (
    version, diagnostic_price_cents, platform_fee_basis_points, referral_basis_points, hold
) values (1, 2500, 1000, 500, interval '7 days');

create table app.diagnostic_sessions (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null references app.customers (person_id),
    mechanic_id uuid references app.mechanics (person_id),
    mechanic_name text,
    status text not null default 'requested'
        constraint session_status_is_known check (
            status in ('requested', 'paid', 'active', 'completed', 'expired', 'cancelled')
        ),
    category text not null references app.services (code),
    fee_schedule_version integer not null references app.fee_schedule (version),
    requested_at timestamptz not null default app.current_instant(),
    pay_by timestamptz not null,
    paid_at timestamptz,
    accept_by timestamptz,
    accepted_at timestamptz,
    ended_at timestamptz,
    summary text
        constraint summary_is_said_briefly check (octet_length(summary) between 1 and 8000),
    diagnosis text
        constraint diagnosis_is_said_briefly check (octet_length(diagnosis) between 1 and 8000),
    recommended_services text[],
    constraint work_has_a_mechanic check (
        (status in ('active', 'completed')) <= (mechanic_id is not null)
    ),
    constraint waiting_has_no_mechanic check (
        (status in ('requested', 'paid', 'expired')) <= (mechanic_id is null)
    ),
    constraint intakes_may_name_the_customer unique (id, customer_id),
    constraint what_is_completed_has_an_outcome check (
        num_nonnulls(summary, diagnosis, recommended_services)
        = case when status = 'completed' then 3 else 0 end
    )
);
comment on table app.diagnostic_sessions is
    'A customer''s request, its state and its outcome, which remain; what it says of the customer and the car stands '
    'apart.';
comment on column app.diagnostic_sessions.summary is 'Masked by the contact filter, as is the diagnosis.';
comment on column app.diagnostic_sessions.recommended_services is 'Codes of app.services.';
comment on column app.diagnostic_sessions.status is
    'requested → paid | expired | cancelled; paid → active | cancelled; active → completed | paid | cancelled: '
    'which function moves it stands in app.transitions.';
comment on column app.diagnostic_sessions.mechanic_name is 'The display name at acceptance.';
create index sessions_in_order on app.diagnostic_sessions (requested_at desc);
create index sessions_by_customer on app.diagnostic_sessions (customer_id, requested_at desc);
create index sessions_by_mechanic on app.diagnostic_sessions (mechanic_id, accepted_at desc);
create index sessions_waiting on app.diagnostic_sessions (status, accept_by)
    where status in ('requested', 'paid');
create index sessions_by_fee_schedule on app.diagnostic_sessions (fee_schedule_version);
create index sessions_by_category on app.diagnostic_sessions (category);

create table app.queue_entries (
    session_id uuid primary key references app.diagnostic_sessions (id) on delete cascade,
    category text not null references app.services (code),
    vehicle_year integer not null,
    vehicle_make text not null,
    vehicle_model text not null,
    queued_at timestamptz not null,
    accept_by timestamptz not null
);
comment on table app.queue_entries is
    'Paid requests as any mechanic may see them. A row is there while the session waits.';
create index queue_entries_in_order on app.queue_entries (queued_at);
create index queue_entries_by_category on app.queue_entries (category);

create table app.session_intake (
    session_id uuid primary key,
    customer_id uuid not null,
    active_mechanic_id uuid references app.mechanics (person_id),
    customer_first_name text not null,
    concern text not null
        constraint concern_is_said_briefly check (octet_length(concern) between 1 and 8000),
    vehicle_year integer not null
        constraint vehicle_year_is_plausible check (vehicle_year between 1900 and 2100),
    vehicle_make text not null,
    vehicle_model text not null,
    vehicle_colour text,
    vin text
        constraint vin_has_the_form_of_one check (vin ~ '^[A-HJ-NPR-Z0-9]{13}[0-9]{4}$'),
    photo_count integer not null default 0,
    video_count integer not null default 0,
    constraint vehicle_words_are_plain check (
        vehicle_make ~ '^[[:alnum:]][[:alnum:] .-]{0,29}$'
        and vehicle_model ~ '^[[:alnum:]][[:alnum:] .-]{0,29}$'
        and vehicle_colour ~ '^[[:alpha:]][[:alpha:] -]{0,29}$'
    ),
    constraint vehicle_words_hold_no_long_number check (
        vehicle_make !~ '[0-9]([ .-]?[0-9]){4}' and vehicle_model !~ '[0-9]([ .-]?[0-9]){4}'
    ),
    constraint vin_is_no_telephone_number check (vin !~ '[0-9]{10}'),
    constraint an_intake_is_of_the_session_s_customer foreign key (session_id, customer_id)
        references app.diagnostic_sessions (id, customer_id) on update cascade on delete cascade
);
comment on table app.session_intake is 'What the mechanic sees while the session is active, and not after.';
comment on column app.session_intake.active_mechanic_id is
    'The one mechanic who sees the row; none unless the session is active.';
comment on column app.session_intake.concern is 'Masked by the contact filter.';
comment on column app.session_intake.vin is
    'ISO 3779: seventeen characters without I, O and Q; the last four are digits.';
create index session_intake_by_mechanic on app.session_intake (active_mechanic_id)
    where active_mechanic_id is not null;

create table app.media (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references app.diagnostic_sessions (id) on delete cascade,
    customer_id uuid not null references app.customers (person_id),
    kind text not null
        constraint media_kind_is_known check (kind in ('photo', 'video')),
    path text not null
        constraint a_path_names_one_file unique,
    registered_at timestamptz not null default app.current_instant(),
    uploaded_at timestamptz
);
comment on table app.media is
    'Photos and videos of a session. The file lies in the bucket quarantine, which its owner alone reads.';
comment on column app.media.path is 'Made by the server; the customer''s file name is never stored.';
create index media_by_session on app.media (session_id);
create index media_by_customer on app.media (customer_id);

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values (
    'quarantine', 'quarantine', false, 52428800,
    array['image/jpeg', 'image/png', 'image/heic', 'video/mp4', 'video/quicktime']
)
on conflict (id) do nothing;

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
-- So it learns nothing of what is said about a person or a car.
alter table app.diagnostic_sessions
    alter column mechanic_name set statistics 0,
    alter column summary set statistics 0,
    alter column diagnosis set statistics 0;
alter table app.queue_entries
    alter column vehicle_year set statistics 0,
    alter column vehicle_make set statistics 0,
    alter column vehicle_model set statistics 0;
alter table app.session_intake
    alter column customer_first_name set statistics 0,
    alter column concern set statistics 0,
    alter column vehicle_year set statistics 0,
    alter column vehicle_make set statistics 0,
    alter column vehicle_model set statistics 0,
    alter column vehicle_colour set statistics 0,
    alter column vin set statistics 0;
