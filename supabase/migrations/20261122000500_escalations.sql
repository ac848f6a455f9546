-- Escalations to workshops: offers, the case as a workshop sees it, quotes, referrals.

create table app.matching_configs (
    version integer primary key,
    effective_from timestamptz not null default app.current_instant(),
    fit_weight double precision not null,
    proximity_weight double precision not null,
    rating_weight double precision not null,
    accept_weight double precision not null,
    capacity_weight double precision not null,
    price_weight double precision not null,
    proximity_scale_km double precision not null,
    rating_prior_mean double precision not null,
    rating_prior_count double precision not null,
    accept_prior_yes double precision not null,
    accept_prior_no double precision not null,
    constraint weights_add_up_to_one check (
        abs(
            fit_weight + proximity_weight + rating_weight + accept_weight + capacity_weight
            + price_weight - 1
        ) < 1e-9
    )
);
comment on table app.matching_configs is
    'The published additive score, by version. Never in it: fees, referrals, protected or contact data.';
insert into app.matching_configs (
    version, fit_weight, proximity_weight, rating_weight, accept_weight, capacity_weight,
    price_weight, proximity_scale_km, rating_prior_mean, rating_prior_count, accept_prior_yes,
    accept_prior_no
) values (1, 0.30, 0.20, 0.20, 0.15, 0.10, 0.05, 20, 4.2, 10, 6, 4);

create table app.escalations (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null
        constraint a_session_is_escalated_once unique references app.diagnostic_sessions (id),
    customer_id uuid not null references app.customers (person_id),
    mechanic_id uuid not null references app.mechanics (person_id),
    status text not null default 'matching'
        constraint escalation_status_is_known check (
            status in (
                'matching', 'offered', 'accepted', 'quoted', 'approved', 'paid', 'done', 'closed',
                'unfilled', 'cancelled'
            )
        ),
    category text not null references app.services (code),
    city_id uuid not null references app.cities (id),
    wave integer not null default 0,
    created_at timestamptz not null default app.current_instant(),
    ended_at timestamptz
);
comment on table app.escalations is 'A case that needs a workshop: from the mechanic''s word to the repair.';
comment on column app.escalations.status is
    'matching → offered | unfilled | cancelled; offered → accepted | matching | unfilled | cancelled; '
    'accepted → quoted | offered | matching | unfilled | cancelled; '
    'quoted → approved | accepted | offered | matching | unfilled | cancelled; '
    'approved → paid | cancelled; paid → done | cancelled; done → closed: '
    'which function moves it stands in app.transitions.';
comment on column app.escalations.wave is 'Rounds of matching so far, each half as far again as the one before.';
create index escalations_in_order on app.escalations (created_at desc);
create index escalations_unfilled on app.escalations (created_at desc) where status = 'unfilled';
create index escalations_by_customer on app.escalations (customer_id, created_at desc);
create index escalations_by_mechanic on app.escalations (mechanic_id, created_at desc);
create index escalations_by_city on app.escalations (city_id);
create index escalations_by_category on app.escalations (category);
create index escalations_under_way on app.escalations (status)
    where status in ('matching', 'offered', 'accepted', 'quoted', 'approved');

create table app.escalation_snapshots (
    escalation_id uuid primary key references app.escalations (id) on delete cascade,
    customer_first_name text not null,
    customer_last_initial text not null,
    vehicle_year integer not null,
    vehicle_make text not null,
    vehicle_model text not null,
    vehicle_colour text,
    vin text,
    diagnosis text not null,
    recommended_services text[] not null
);
comment on table app.escalation_snapshots is
    'The case as it was when escalated: later edits elsewhere do not change it. No persona reads it.';

create table app.offers (
    id uuid primary key default gen_random_uuid(),
    escalation_id uuid not null references app.escalations (id),
    workshop_id uuid not null references app.workshops (id),
    wave integer not null,
    rank integer not null,
    eligible_count integer not null,
    config_version integer not null references app.matching_configs (version),
    score double precision not null,
    terms jsonb not null,
    status text not null default 'open'
        constraint offer_status_is_known check (
            status in ('open', 'accepted', 'declined', 'expired', 'lost')
        ),
    offered_at timestamptz not null default app.current_instant(),
    accept_by timestamptz not null,
    answered_at timestamptz,
    taken_back_at timestamptz,
    quote_by timestamptz,
    decline_code text
        constraint decline_code_is_known check (
            decline_code in ('no_capacity', 'wrong_skill', 'too_far', 'not_interested', 'other')
        ),
    visible_until timestamptz not null,
    constraint a_workshop_is_offered_a_case_once_a_wave unique (escalation_id, workshop_id, wave),
    constraint offer_visibility_is_referable unique (id, workshop_id, visible_until)
);
comment on table app.offers is
    'Invitations to workshops. A workshop keeps its row: date and outcome, nothing of the case.';
comment on column app.offers.status is
    'open → accepted | declined | expired; accepted → lost: which function moves it stands in app.transitions.';
comment on column app.offers.terms is 'Every term of the score, for the admin: {"fit": 1, …}, each in [0, 1].';
comment on column app.offers.taken_back_at is
    'When the case was settled elsewhere before the workshop''s time to answer was over: no mark against it.';
comment on column app.offers.visible_until is
    'Until when the workshop sees the case: accept_by while open, quote_by once accepted, the quote''s '
    'validity once quoted, infinity from approval, -infinity when declined, expired or lost.';
create index offers_in_order on app.offers (offered_at desc);
create index offers_by_workshop on app.offers (workshop_id, offered_at desc)
    include (status, accept_by, taken_back_at, decline_code);  -- a workshop's history, without the table
create index offers_taking_a_bay on app.offers (workshop_id) where status = 'accepted';
create index offers_by_config on app.offers (config_version);

create table app.offer_cases (
    offer_id uuid primary key,
    workshop_id uuid not null,
    visible_until timestamptz not null,
    customer_first_name text not null,
    customer_last_initial text not null,
    city_id uuid not null references app.cities (id),
    vehicle_year integer not null,
    vehicle_make text not null,
    vehicle_model text not null,
    vehicle_colour text,
    vin text,
    diagnosis text not null,
    recommended_services text[] not null,
    constraint a_case_is_seen_as_long_as_its_offer
        foreign key (offer_id, workshop_id, visible_until)
        references app.offers (id, workshop_id, visible_until) on update cascade
);
comment on table app.offer_cases is
    'One workshop''s copy of the case. The foreign key keeps who sees it, and until when, true.';
-- With the offer's id: else a page of cases, asked for by their offers, is crossed with all the workshop's.
create index offer_cases_by_workshop on app.offer_cases (workshop_id, offer_id);
create index offer_cases_by_city on app.offer_cases (city_id);

create table app.repair_quotes (
    id uuid primary key default gen_random_uuid(),
    offer_id uuid not null references app.offers (id),
    escalation_id uuid not null references app.escalations (id),
    workshop_id uuid not null references app.workshops (id),
    customer_id uuid not null references app.customers (person_id),
    version integer not null
        constraint version_counts_from_one check (version > 0),
    status text not null default 'draft'
        constraint quote_status_is_known check (
            status in (
                'draft', 'sent', 'approved', 'paid', 'declined', 'expired', 'withdrawn',
                'superseded'
            )
        ),
    notes text
        constraint notes_are_said_briefly check (octet_length(notes) <= 8000),
    parts_cents bigint not null default 0
        constraint parts_cents_is_not_negative check (parts_cents >= 0),
    labour_cents bigint not null default 0
        constraint labour_cents_is_not_negative check (labour_cents >= 0),
    tax_cents bigint not null default 0
        constraint tax_cents_is_not_negative check (tax_cents >= 0),
    total_cents bigint not null
        generated always as (parts_cents + labour_cents + tax_cents) stored,
    currency text not null default 'usd'
        constraint quote_currency_is_iso_4217 check (currency ~ '^[a-z]{3}$'),
    warranty_months integer not null default 0
        constraint warranty_is_not_negative check (warranty_months >= 0),
    distance_km integer not null
        constraint distance_is_a_band_of_ten_km check (distance_km > 0 and distance_km % 10 = 0),
    created_at timestamptz not null default app.current_instant(),
    sent_at timestamptz,
    valid_until timestamptz,
    decided_at timestamptz,
    constraint a_version_is_quoted_once unique (offer_id, version)
);
comment on table app.repair_quotes is 'A workshop''s price for one case. Totals come from its items.';
comment on column app.repair_quotes.status is
    'draft → sent; sent → approved | declined | expired | withdrawn | superseded; '
    'approved → paid | withdrawn | expired: which function moves it stands in app.transitions.';
comment on column app.repair_quotes.notes is 'Masked by the contact filter.';
comment on column app.repair_quotes.distance_km is
    'From the city of the case to the workshop''s, rounded up to tens of kilometres.';
create index quotes_in_order on app.repair_quotes (created_at desc);
create index quotes_by_customer on app.repair_quotes (customer_id, created_at desc);
create index quotes_by_workshop on app.repair_quotes (workshop_id, created_at desc);
create index quotes_by_escalation on app.repair_quotes (escalation_id);
create unique index one_approved_quote_an_escalation on app.repair_quotes (escalation_id)
    where status in ('approved', 'paid');

create table app.repair_quote_items (
    quote_id uuid not null references app.repair_quotes (id) on delete cascade,
    position integer not null
        constraint item_position_counts_from_one check (position > 0),
    workshop_id uuid not null references app.workshops (id),
    customer_id uuid references app.customers (person_id),
    kind text not null
        constraint item_kind_is_known check (kind in ('part', 'labour')),
    description text not null
        constraint item_description_is_short check (length(description) between 1 and 300),
    quantity integer not null
        constraint quantity_is_positive check (quantity between 1 and 1000),
    unit_cents bigint not null
        constraint unit_cents_is_not_negative check (unit_cents between 0 and 100000000),
    amount_cents bigint not null generated always as (quantity * unit_cents) stored,
    primary key (quote_id, position)
);
comment on table app.repair_quote_items is 'Parts and labour of a quote.';
comment on column app.repair_quote_items.customer_id is 'Who may read the item; none while a draft.';
create index quote_items_by_workshop on app.repair_quote_items (workshop_id);
create index quote_items_by_customer on app.repair_quote_items (customer_id);

create table app.referrals (
    id uuid primary key default gen_random_uuid(),
    escalation_id uuid not null
        constraint a_case_is_referred_once unique references app.escalations (id),
    mechanic_id uuid not null references app.mechanics (person_id),
    status text not null default 'pending'
        constraint referral_status_is_known check (
            status in ('pending', 'earned', 'payable', 'paid', 'reversed', 'withheld', 'forfeited')
        ),
    amount_cents bigint not null
        constraint referral_is_not_negative check (amount_cents >= 0),
    currency text not null
        constraint referral_currency_is_iso_4217 check (currency ~ '^[a-z]{3}$'),
    created_at timestamptz not null default app.current_instant(),
    earned_at timestamptz,
    payable_from timestamptz
);
comment on table app.referrals is 'The mechanic''s share of a repair: pending when paid, earned when done.';
comment on column app.referrals.status is
    'pending → earned | withheld | reversed; earned → payable | paid | withheld | reversed; '
    'payable → paid | withheld | reversed; withheld → pending | earned | paid | reversed | forfeited; '
    'forfeited → reversed; paid → reversed; reversed → earned: which function moves it stands in app.transitions.';
create index referrals_in_order on app.referrals (created_at desc);
create index referrals_by_mechanic on app.referrals (mechanic_id, created_at desc);

create table app.contact_releases (
    offer_id uuid primary key references app.offers (id),
    workshop_id uuid not null references app.workshops (id),
    customer_id uuid not null references app.customers (person_id),
    phone text not null,
    released_at timestamptz not null default app.current_instant(),
    visible_until timestamptz not null
);
comment on table app.contact_releases is
    'A telephone number that a customer gave the workshop of a paid repair, and until when.';
create index contact_releases_by_workshop on app.contact_releases (workshop_id);
create index contact_releases_by_customer on app.contact_releases (customer_id);

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
-- So it learns nothing of what is said about a person or a car.
alter table app.offer_cases
    alter column customer_first_name set statistics 0,
    alter column customer_last_initial set statistics 0,
    alter column vehicle_year set statistics 0,
    alter column vehicle_make set statistics 0,
    alter column vehicle_model set statistics 0,
    alter column vehicle_colour set statistics 0,
    alter column vin set statistics 0,
    alter column diagnosis set statistics 0;
alter table app.repair_quotes alter column notes set statistics 0;
alter table app.repair_quote_items alter column description set statistics 0;
alter table app.contact_releases alter column phone set statistics 0;
