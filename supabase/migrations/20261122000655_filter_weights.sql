-- What words, and each two of them, weigh in the judgement whether a message solicits or tells a detail of contact;
-- and what a word and its neighbours weigh in the judgement whether it is of one.
--
-- Fitted, not written: logarithms of odds, by tools/train_filter.py, which writes those of version 1 as the next
-- migration. No message stands there, nor a phrase of one.

create table app.filter_weights (
    version smallint not null references app.filter_versions (version),
    gram text collate "C" not null
        constraint gram_is_two_words_at_most check (gram ~ '^[^ ]*( (_ )?[^ ]+)?$'),
    weight real not null,
    about text
        constraint about_is_a_reason check (about ~ '^solicits_[a-z]+$'),
    primary key (version, gram)
);
comment on table app.filter_weights is
    'The logarithm of the odds, by words, two in a row, and two with one (_) between, that who writes them solicits, '
    'or tells a detail of contact. The gram '''' is in every message, < begins and > ends one. app.hear_message adds '
    'them up; a version is one of app.filter_versions.';
comment on column app.filter_weights.about is 'What is solicited where it is; null for what speaks against it.';
create index filter_weights_by_hash on app.filter_weights using hash (gram);

create table app.filter_places (
    version smallint not null references app.filter_versions (version),
    feature text collate "C" not null,
    weight real not null,
    kind text
        constraint kind_is_of_a_detail check (kind in ('phone', 'email', 'url', 'handle', 'address')),
    primary key (version, feature)
);
comment on table app.filter_places is
    'The logarithm of the odds that a token is of a detail: by what stands in its place (=), before it (<, <<) and '
    'behind it (>, >>), by two of these, and by the spaces around it (|). The feature '''' is in every place; < begins '
    'and > ends a message. A number is as many zeroes, a rare word X and a quarter of its length. app.weigh_places '
    'adds them up.';
comment on column app.filter_places.kind is 'What it mostly is of; null for what speaks against it, or for none.';
create index filter_places_by_hash on app.filter_places using hash (feature);

create type app.told_token as (
    token text,
    first_character integer,
    log_odds real,
    kind text
);
comment on type app.told_token is
    'A word, number or sign of a text, where it begins, counted from 1, the logarithm of the odds that it is of a '
    'detail of contact, and of what kind.';

create type app.heard_message as (
    folded text,
    origins integer [],
    words text [],
    log_odds real,
    reason text,
    is_harmless boolean,
    is_unknown boolean,
    model_version smallint
);
comment on type app.heard_message is
    'How a message sounds: what app.hear_message says of it, and app.find_details reads.';
