-- What is left of a lost offer?
--
-- ana's case: Northside and Harbor have quoted, a fresh round asked Lakeview; Northside wins.

begin;
select plan(33);

select tests.named('lost', tests.id('ana escalated offer to Harbor Auto'));
select tests.act_as('workshop', 'wanda');
select tests.named('thread', api.accept_offer(tests.id('lost')));
select tests.act_as_owner();
select tests.quote('ana escalated', 'Harbor Auto', 'wanda', 40000, 30000);
select tests.act_as('workshop', 'wanda');
select api.send_message(tests.id('thread'), 'We fit them on Monday.', gen_random_uuid());
select tests.act_as_owner();
insert into app.offers (
    id, escalation_id, workshop_id, wave, rank, eligible_count, config_version, score, terms,
    accept_by, visible_until
)
select
    tests.named('unanswered', gen_random_uuid()),
    tests.id('ana escalated escalation'),
    tests.id('Lakeview Repairs'),
    2, 1, 1, 1, 0.5, '{}',
    app.current_instant() + interval '2 hours',
    app.current_instant() + interval '2 hours';
insert into app.offer_cases (
    offer_id, workshop_id, visible_until, customer_first_name, customer_last_initial, city_id,
    vehicle_year, vehicle_make, vehicle_model, diagnosis, recommended_services
)
select
    o.id, o.workshop_id, o.visible_until, 'Ana', 'A', tests.id('Springfield'), 2016, 'Toyota',
    'Corolla', 'Worn.', '{}'
from app.offers as o
where o.id = tests.id('unanswered');

-- While it lasts

select tests.act_as('workshop', 'wanda');
select isnt_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('lost') $$, 'the case is there'
);
select is(
    (select count(*) from api.messages where thread_id = tests.id('thread')), 2::bigint,
    'so is the conversation: a quote and a word'
);
select set_config('test.topic', topic, true)
from api.workshop_threads
where id = tests.id('thread');
select tests.act_as('workshop', 'lena');
select isnt_empty($$ select from api.workshop_cases $$, 'who has not answered sees the case too');

select tests.act_as('customer', 'ana');
select api.approve_quote(tests.id('ana escalated quote of Northside Garage'));

-- The loser who had quoted

select tests.act_as('workshop', 'wanda');
select is_empty(
    $$ select from api.workshop_cases where offer_id = tests.id('lost') $$, 'then the case is gone'
);
select is_empty(
    $$ select from api.workshop_threads where offer_id = tests.id('lost') $$, 'and the conversation'
);
select is_empty(
    $$ select from api.messages where thread_id = tests.id('thread') $$, 'and every message of it'
);
select results_eq(
    $$
        select outcome, quote_status, quoted_cents, currency
        from api.workshop_offers
        where id = tests.id('lost')
    $$,
    $$ values ('lost', 'declined', 70000::bigint, 'usd') $$,
    'its own row stays: the outcome, and what it had asked'
);
select results_eq(
    $$ select status, parts_cents, labour_cents from api.workshop_quotes
        where offer_id = tests.id('lost') $$,
    $$ values ('declined', 40000::bigint, 30000::bigint) $$,
    'and its own quote'
);
select results_eq(
    $$ select kind from api.notices where about_id = tests.id('lost') and kind = 'offer_lost' $$,
    $$ values ('offer_lost') $$,
    'it was told, by the offer''s id'
);
select throws_ok(
    $$ select api.send_message(tests.id('thread'), 'Still here?', gen_random_uuid()) $$, 'PT404',
    null, 'it cannot write any more, in what is gone from its view'
);
select throws_ok(
    $$ select api.preview_message('Still here?', tests.id('thread')) $$, 'PT404', null,
    'nor see what it would look like there'
);
select throws_ok(
    $$
        select api.draft_quote(
            tests.id('lost'),
            '[{"kind": "part", "description": "Pads", "quantity": 1, "unit_cents": 9900}]'
        )
    $$,
    'PT409', null, 'nor quote'
);
select throws_ok(
    $$ select api.withdraw_quote(tests.id('ana escalated quote of Harbor Auto')) $$, 'PT409', null,
    'nor take back what was declined'
);
select tests.act_as_owner();
select isnt(
    (select topic from app.threads where id = tests.id('thread')),
    current_setting('test.topic'),
    'the topic moved on: an open socket falls silent'
);
select results_eq(
    $$
        select distinct o.visible_until::text, c.visible_until::text, t.provider_until::text,
            m.provider_until::text, t.is_open
        from app.offers as o
        inner join app.offer_cases as c on o.id = c.offer_id
        inner join app.threads as t on o.id = t.offer_id
        inner join app.messages as m on t.id = m.thread_id
        where o.id = tests.id('lost')
    $$,
    $$ values ('-infinity', '-infinity', '-infinity', '-infinity', false) $$,
    'offer, case, thread and messages agree'
);
select tests.act_as('customer', 'ana');
select results_eq(
    $$ select is_open, last_position from api.customer_threads where id = tests.id('thread') $$,
    $$ values (false, 2) $$,
    'the customer reads on, in a closed conversation'
);
select throws_ok(
    $$ select api.send_message(tests.id('thread'), 'Thank you', gen_random_uuid()) $$, 'PT409', null,
    'and does not write in it'
);

-- The one who had not answered

select tests.act_as('workshop', 'lena');
select is_empty($$ select from api.workshop_cases $$, 'an open offer ends as well');
select results_eq(
    $$ select outcome from api.workshop_offers $$, $$ values ('expired') $$, 'as expired'
);
select throws_ok(
    $$ select api.accept_offer(tests.id('unanswered')) $$, 'PT409', null, 'nobody accepts it'
);
select tests.act_as_owner();
select ok(
    (select taken_back_at is not null from app.offers where id = tests.id('unanswered')),
    'it was taken back, which is no mark against the workshop'
);

-- The winner

select tests.act_as('workshop', 'walt');
select isnt_empty(
    $$
        select from api.workshop_cases
        where offer_id = tests.id('ana escalated offer to Northside Garage')
    $$,
    'the winner keeps the case'
);
select results_eq(
    $$
        select is_open from api.workshop_threads
        where offer_id = tests.id('ana escalated offer to Northside Garage')
    $$,
    $$ values (true) $$,
    'and the conversation'
);

-- The admin

select tests.act_as('platform_admin', 'ada');
select results_eq(
    $$
        select workshop_name, rank, config_version, terms, status
        from api.admin_offers
        where id = tests.id('lost')
    $$,
    $$ values ('Harbor Auto', 2, 1, '{"fit": 1}'::jsonb, 'lost') $$,
    'an admin sees why the offer was made, and how it ended'
);
select results_eq(
    $$ select status, total_cents from api.admin_quotes where offer_id = tests.id('lost') $$,
    $$ values ('declined', 70000::bigint) $$,
    'and its quote'
);
select results_eq(
    $$ select status, amount_cents from api.admin_referrals $$,
    $$ values ('earned', 6000::bigint) $$,
    'and the referrals, of which cleo''s repair made one'
);
select tests.act_as_owner();
update app.standings set barred_until = 'infinity' where person_id = tests.id('ada');
select tests.act_as('platform_admin', 'ada');
select is_empty($$ select from api.admin_escalations $$, 'a dismissed admin sees no escalation');
select is_empty($$ select from api.admin_offers $$, 'no offer');
select is_empty($$ select from api.admin_quotes $$, 'no quote');
select is_empty($$ select from api.admin_referrals $$, 'and no referral');

-- What becomes of the case is not told by how the loser is refused

create function pg_temp.answers()
    returns text
    language plpgsql
as $$
declare
    told text := '';
    asked text;
begin
    perform tests.act_as('workshop', 'wanda');
    foreach asked in array array[
        'select api.draft_quote(tests.id(''lost''), ''[]'')',
        'select api.finish_repair(tests.id(''lost''))'
    ]
    loop
        begin
            execute asked;
        exception when others then
            told := concat_ws(' ', told, sqlstate, sqlerrm);
        end;
    end loop;
    perform tests.act_as_owner();
    return told;
end;
$$;
select set_config('test.approved', pg_temp.answers(), true);
select matches(current_setting('test.approved'), 'PT409.*PT409', 'the loser of an approved case is refused');
select tests.pay(p.id)
from app.payments as p
inner join app.repair_quotes as q on p.quote_id = q.id
where q.escalation_id = tests.id('ana escalated escalation');
select is(
    pg_temp.answers(), current_setting('test.approved'), 'in the same words as when it is paid for'
);

-- A referral is its mechanic's alone, whoever raised the case

select tests.act_as_owner();
update app.referrals set mechanic_id = tests.id('zoe');
select tests.act_as('mechanic', 'max');
select results_eq(
    $$ select distinct referral_status, referral_cents from api.mechanic_escalations $$,
    $$ values (null::text, null::bigint) $$,
    'a mechanic sees no referral of another''s'
);

select * from finish();
rollback;
