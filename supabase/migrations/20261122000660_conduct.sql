-- Conduct: what the filter or a person noticed, what admins decided, for how long, and who reviewed it.

create table app.contact_flags (
    id uuid primary key default gen_random_uuid(),
    message_id uuid not null
        constraint a_flag_is_about_a_message references app.messages (id)
        deferrable initially deferred,
    thread_id uuid not null references app.threads (id),
    person_id uuid not null references app.people (id),
    raised_by text not null
        constraint raised_by_is_known check (raised_by in ('filter', 'report')),
    filter_version smallint references app.filter_versions (version)
        constraint only_the_filter_has_a_version check (raised_by = 'filter' or filter_version is null),
    reporter_id uuid references app.people (id),
    kinds text[] not null,
    piece_ids uuid[] not null default '{}',
    reason_codes text[] not null default '{}',
    note text
        constraint note_is_short check (octet_length(note) <= 2000),
    severity text not null default 'S1'
        constraint severity_is_known check (severity in ('S1', 'S2', 'S3')),
    status text not null default 'open'
        constraint flag_status_is_known check (
            status in ('open', 'proposed', 'dismissed', 'warned', 'confirmed')
        ),
    created_at timestamptz not null default app.current_instant(),
    claimed_by uuid references app.people (id),
    claimed_until timestamptz,
    proposed_by uuid references app.people (id),
    decided_by uuid references app.people (id),
    decided_at timestamptz,
    decision_reason text,
    constraint a_message_is_flagged_once_a_source unique nulls not distinct (
        message_id, raised_by, reporter_id
    ),
    constraint a_claim_has_an_end check ((claimed_by is null) = (claimed_until is null)),
    constraint a_decision_has_a_decider check (
        (status in ('dismissed', 'warned', 'confirmed')) = (decided_by is not null)
    ),
    constraint two_admins_confirm_s3 check (
        status <> 'confirmed' or severity <> 'S3'
        or coalesce(proposed_by <> decided_by, false)
    )
);
comment on table app.contact_flags is
    'Messages that may have shared contact data. Only a person turns a flag into a violation.';
comment on column app.contact_flags.filter_version is 'The version of app.filter_words by which the filter raised it.';
comment on column app.contact_flags.piece_ids is
    'Earlier messages that hold pieces of the detail which message_id completes.';
comment on column app.contact_flags.reason_codes is 'Why the filter raised it: the codes of app.find_contacts.';
comment on column app.contact_flags.severity is
    'S1 unsolicited or accidental, S2 sharing or soliciting, S3 payment or meeting off the platform.';
comment on column app.contact_flags.status is
    'open → dismissed | confirmed (decide_flag, dismiss_flags), of a customer dismissed | warned; S3: open → '
    'proposed → dismissed | confirmed.';
comment on column app.contact_flags.claimed_until is 'Until when one admin alone works on it.';
create index contact_flags_waiting on app.contact_flags (severity desc, created_at)
    where status in ('open', 'proposed');
create index contact_flags_in_order on app.contact_flags (created_at desc);
create index contact_flags_by_thread on app.contact_flags (thread_id);
create index contact_flags_by_person on app.contact_flags (person_id);
create index contact_flags_by_reporter on app.contact_flags (reporter_id)
    where reporter_id is not null;

create table app.message_previews (
    id uuid primary key default gen_random_uuid(),
    person_id uuid not null references app.people (id),
    body text not null,
    kinds text[] not null,
    details text[] not null default '{}',
    flag_id uuid references app.contact_flags (id) deferrable initially deferred,
    created_at timestamptz not null default app.current_instant()
);
comment on table app.message_previews is
    'Texts of which a preview hid something, or which solicit, as typed: evidence once the same is sent '
    'altered and flagged; otherwise forgotten. Read by admins alone, with a purpose, logged.';
comment on column app.message_previews.details is
    'What it held, in the form of app.plain_detail, and why it solicits: what is sent is compared with it.';
create index message_previews_by_person on app.message_previews (person_id, created_at);
create index message_previews_by_flag on app.message_previews (flag_id) where flag_id is not null;

create table app.violations (
    id uuid primary key default gen_random_uuid(),
    flag_id uuid not null
        constraint a_flag_is_confirmed_once unique references app.contact_flags (id),
    person_id uuid not null references app.people (id),
    holder_id uuid not null references app.standings (holder_id),
    number integer not null
        constraint violations_are_numbered_from_one check (number > 0),
    severity text not null
        constraint violation_severity_is_known check (severity in ('S1', 'S2', 'S3')),
    clause text not null
        constraint violation_clause_is_given check (length(clause) > 0),
    facts text not null
        constraint violation_facts_are_given check (length(facts) > 0),
    decided_by uuid not null references app.people (id),
    seconded_by uuid references app.people (id),
    decided_at timestamptz not null default app.current_instant(),
    overturned_at timestamptz,
    constraint violations_of_a_holder_are_in_order unique (holder_id, number),
    constraint s3_is_decided_by_two check (
        severity <> 'S3' or coalesce(seconded_by <> decided_by, false)
    )
);
comment on table app.violations is 'What a person decided, with the clause broken and the facts.';
comment on column app.violations.holder_id is
    'Who answers for it: the mechanic, or the workshop for which an advisor wrote.';
comment on column app.violations.number is 'The how manieth of its holder, under the standing''s lock.';
comment on column app.violations.overturned_at is 'Set by an appeal; it no longer counts on the ladder.';
create index violations_in_order on app.violations (decided_at desc);
create index violations_by_person on app.violations (person_id, decided_at desc);

create table app.conduct_steps (
    step integer primary key
        constraint steps_begin_at_one check (step > 0),
    kind text not null
        constraint step_kind_is_known check (kind in ('suspended', 'banned')),
    days integer,
    constraint a_suspension_has_days check (
        (kind = 'suspended') = (days is not null) and coalesce(days > 0, true)
    )
);
comment on table app.conduct_steps is
    'The ladder: what the n-th confirmed violation of severity S2 brings. The last step stays; S3 goes '
    'straight to it. S1 is education and not counted.';
insert into app.conduct_steps (step, kind, days) values
    (1, 'suspended', 7), (2, 'suspended', 30), (3, 'banned', null);

create table app.restrictions (
    id uuid primary key default gen_random_uuid(),
    holder_id uuid not null references app.standings (holder_id),
    violation_id uuid references app.violations (id),
    step integer references app.conduct_steps (step),
    kind text not null
        constraint restriction_kind_is_known check (kind in ('suspended', 'banned')),
    off_platform boolean not null,
    clause text not null
        constraint clause_is_given check (length(clause) > 0),
    facts text not null
        constraint facts_are_given check (length(facts) > 0),
    evidence_ids uuid[] not null default '{}',
    automated boolean not null default false,
    jurisdiction text not null references app.jurisdictions (code),
    appeal_by timestamptz not null,
    noticed_at timestamptz not null default app.current_instant(),
    starts_at timestamptz not null default app.current_instant(),
    ends_at timestamptz not null,
    decided_by uuid not null references app.people (id),
    seconded_by uuid references app.people (id),
    lifted_at timestamptz,
    lifted_by uuid references app.people (id),
    lift_reason text,
    work_ended_at timestamptz,
    replaces_id uuid
        constraint a_restriction_is_replaced_once unique references app.restrictions (id),
    constraint a_ban_does_not_end_by_itself check ((kind = 'banned') = (ends_at = 'infinity')),
    constraint the_notice_comes_first check (
        noticed_at <= starts_at or replaces_id is not null
    ),
    constraint what_it_is_for_is_referable unique (id, violation_id),
    constraint who_decided_is_referable unique (id, decided_by),
    constraint who_seconded_is_referable unique (id, seconded_by)
);
comment on table app.restrictions is
    'Suspensions and bans with their statement of reasons, which the person concerned reads.';
comment on column app.restrictions.off_platform is
    'For a payment or meeting off the platform: access to open work ends too.';
comment on column app.restrictions.step is 'The step of the ladder; none where an admin restricted directly.';
comment on column app.restrictions.automated is 'Whether no person decided; never so today.';
comment on column app.restrictions.starts_at is
    'Effective from. A ban with a notice period stops new work at once and bars from here on.';
comment on column app.restrictions.work_ended_at is
    'When open work was ended and earnings withheld; nothing that barred waits for it.';
comment on column app.restrictions.replaces_id is
    'The one that was graded anew: this one runs from its start, and was noticed later.';
create index restrictions_by_holder on app.restrictions (holder_id, starts_at desc);
create index restrictions_in_order on app.restrictions (starts_at desc);
create unique index a_violation_restricts_once on app.restrictions (violation_id)
    where violation_id is not null and lifted_at is null;

create table app.appeals (
    id uuid primary key default gen_random_uuid(),
    restriction_id uuid not null
        constraint a_restriction_is_appealed_once unique references app.restrictions (id),
    violation_id uuid
        constraint a_violation_is_appealed_once unique,
    holder_id uuid not null references app.standings (holder_id),
    appellant_id uuid not null references app.people (id),
    statement text not null
        constraint statement_is_short check (octet_length(statement) between 1 and 8000),
    status text not null default 'open'
        constraint appeal_status_is_known check (status in ('open', 'upheld', 'overturned')),
    created_at timestamptz not null default app.current_instant(),
    restricted_by uuid not null,
    seconded_by uuid,
    reviewed_by uuid references app.people (id),
    reviewed_at timestamptz,
    review_reason text,
    constraint what_was_restricted_for_is_known
        foreign key (restriction_id, violation_id) references app.restrictions (id, violation_id),
    constraint who_restricted_is_known
        foreign key (restriction_id, restricted_by) references app.restrictions (id, decided_by),
    constraint who_seconded_it_is_known
        foreign key (restriction_id, seconded_by) references app.restrictions (id, seconded_by),
    constraint someone_else_reviews check (
        reviewed_by <> restricted_by and coalesce(reviewed_by <> seconded_by, true)
    ),
    constraint a_review_has_reviewer_and_reason check (
        (status = 'open') = (reviewed_by is null)
        and (status = 'open') = (reviewed_at is null)
        and (status = 'open') = (coalesce(review_reason, '') = '')
    )
);
comment on table app.appeals is
    'One appeal a restriction, within its window, reviewed by an admin who had no part in it.';
comment on column app.appeals.violation_id is
    'What was restricted for, on the ladder: also in its next grade it is appealed once.';
comment on column app.appeals.status is 'open → upheld | overturned (decide_appeal).';
create index appeals_in_order on app.appeals (created_at desc);
create index appeals_by_holder on app.appeals (holder_id);
create index appeals_waiting on app.appeals (created_at) where status = 'open';

create table app.monitoring_notices (
    version integer primary key
        constraint versions_begin_at_one check (version > 0),
    body text not null
        constraint notice_is_worded check (length(body) > 0),
    effective_from timestamptz not null default app.current_instant()
);
comment on table app.monitoring_notices is
    'What people are told about the monitoring of chat; the newest one in force is to be agreed to.';
insert into app.monitoring_notices (version, body, effective_from) values (
    1,
    'Messages on this platform are checked automatically for contact details and for invitations to '
    'meet or pay elsewhere. What is found is hidden from the other party and may be read by our staff.',
    '2026-01-01 00:00:00+00'
);

create table app.consents (
    person_id uuid not null references app.people (id),
    version integer not null references app.monitoring_notices (version),
    given_at timestamptz not null default app.current_instant(),
    primary key (person_id, version)
);
comment on table app.consents is 'Who agreed to which monitoring notice, and when.';

create table app.session_consents (
    session_id uuid not null references app.diagnostic_sessions (id),
    person_id uuid not null,
    version integer not null,
    given_at timestamptz not null,
    recorded_at timestamptz not null default app.current_instant(),
    primary key (session_id, person_id, version),
    constraint a_recorded_consent_was_given
        foreign key (person_id, version) references app.consents (person_id, version)
);
comment on table app.session_consents is
    'Under which notice a session was requested by its customer, accepted by its mechanic or workshop, and '
    'written in by another advisor.';

-- The planner learns nothing of what is said about a person: a planned count would show it.
alter table app.violations
    alter column clause set statistics 0,
    alter column facts set statistics 0;
alter table app.restrictions
    alter column clause set statistics 0,
    alter column facts set statistics 0,
    alter column lift_reason set statistics 0,
    alter column jurisdiction set statistics 0;
alter table app.appeals
    alter column statement set statistics 0,
    alter column review_reason set statistics 0;
