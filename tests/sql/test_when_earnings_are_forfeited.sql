-- When are earnings forfeited? Not before the bar's appeal is decided, or the time to make it is over.

begin;
select plan(17);

select tests.invite('abe', 'platform_admin');
create function pg_temp.forfeited()
    returns bigint
    language sql
as $$
    select api.decide_withheld(tests.id('max'), 'forfeited', 'He took the cash.');
$$;
grant execute on function pg_temp.forfeited to public;
create function pg_temp.referrals()
    returns setof text
    language sql
as $$
    select status from app.referrals where mechanic_id = tests.id('max');
$$;
-- Of max's two cases one is repaired, the other is only paid.
select tests.act_as('customer', 'ana');
select tests.named('repair', api.approve_quote(tests.id('ana escalated quote of Northside Garage')));
select tests.act_as_owner();
select tests.pay(tests.id('repair'));
select tests.act_as('platform_admin', 'ada');
select tests.named('ban', api.restrict(tests.id('max'), 'banned', false, '4.4', 'Took cash.'));

select throws_ok(
    'select pg_temp.forfeited()', 'PT409', 'the restriction may still be overturned',
    'not while the ban may be appealed'
);
savepoint unappealed;
select tests.act_as_owner();
select tests.move_clock(interval '30 days' - interval '1 second');
select tests.act_as('platform_admin', 'ada');
select throws_ok('select pg_temp.forfeited()', 'PT409', null, 'until the last second of its time');
select tests.act_as_owner();
select tests.move_clock(interval '1 second');
select tests.act_as('platform_admin', 'ada');
select is(pg_temp.forfeited(), 10500::bigint, 'then they are, if nobody appealed');
select tests.act_as_owner();
select bag_eq(
    'select pg_temp.referrals()', $$ values ('forfeited'), ('withheld') $$,
    'and of the referrals what was earned: what is to be earned yet waits on'
);
select tests.act_as('platform_admin', 'ada');
select api.lift_restriction(tests.id('ban'), 'Years ago.');
select tests.act_as_owner();
select bag_eq(
    'select pg_temp.referrals()', $$ values ('forfeited'), ('pending') $$,
    'which the end of the ban brings back, and not the other'
);
select tests.act_as('mechanic', 'max');
select bag_eq(
    'select referral_status from api.mechanic_escalations where referral_status is not null',
    $$ values ('forfeited'), ('pending') $$,
    'so the mechanic reads'
);
select tests.act_as_owner();
select tests.stripe_event(
    'evt_all_back', 'refund.created',
    jsonb_build_object(
        'id', 're_all_back', 'object', 'refund', 'amount', f.amount_cents, 'currency', 'usd', 'charge', f.id,
        'status', 'pending', 'metadata', '{}'::jsonb
    )
)
from app.money_facts as f
where f.kind = 'charge'
    and f.payment_id = tests.id('cleo repaired repair payment');
select tests.code_as_service('worker', $$ select backend.apply_stripe_event('evt_all_back') $$);
select bag_eq(
    'select pg_temp.referrals()', $$ values ('reversed'), ('pending') $$,
    'and a customer who gets all of it back reverses it, forfeited or not'
);

rollback to unappealed;
select is(
    api.decide_withheld(tests.id('max'), 'released', 'The law says so.'), 10500::bigint,
    'what is released waits for nothing'
);

rollback to unappealed;
select tests.act_as('mechanic', 'max');
select tests.named('appeal', api.appeal_restriction(tests.id('ban'), 'I did not.'));
select tests.act_as_owner();
select tests.move_clock(interval '30 days');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    'select pg_temp.forfeited()', 'PT409', 'the restriction may still be overturned',
    'an appeal is waited for, past the time to make one'
);
savepoint appealed;
select tests.act_as('platform_admin', 'abe');
select api.decide_appeal(tests.id('appeal'), 'upheld', 'He did.');
select is(pg_temp.forfeited(), 10500::bigint, 'upheld, they are forfeited');
rollback to appealed;
select tests.act_as('platform_admin', 'abe');
select api.decide_appeal(tests.id('appeal'), 'overturned', 'He did not.');
select throws_ok('select pg_temp.forfeited()', 'PT404', null, 'overturned, nothing is withheld');

-- An appeal that was upheld before its time is over decides too

rollback to unappealed;
select tests.act_as('mechanic', 'max');
select tests.named('appeal', api.appeal_restriction(tests.id('ban'), 'I did not.'));
select tests.act_as('platform_admin', 'abe');
select api.decide_appeal(tests.id('appeal'), 'upheld', 'He did.');
select is(pg_temp.forfeited(), 10500::bigint, 'there is no second appeal to wait for');

-- Which restrictions are waited for: those that bar, are this mechanic's, and were not lifted

select tests.act_as_owner();
rollback to unappealed;
select tests.act_as_owner();
select tests.move_clock(interval '30 days');
savepoint free;
select tests.act_as('platform_admin', 'ada');
select api.restrict(tests.id('max'), 'suspended', false, '4.2', 'Gave a number.', 7);
select api.restrict(tests.id('zoe'), 'banned', true, '4.4', 'Took cash.');
select is(pg_temp.forfeited(), 10500::bigint, 'not a suspension that withholds nothing, nor another''s ban');
rollback to free;
select tests.act_as('platform_admin', 'ada');
select tests.named('second', api.restrict(tests.id('max'), 'suspended', true, '4.4', 'Cash again.', 7));
select throws_ok('select pg_temp.forfeited()', 'PT409', null, 'but a suspension that bars');
select api.lift_restriction(tests.id('second'), 'It was the same.');
select is(pg_temp.forfeited(), 10500::bigint, 'until it is lifted');

-- On the ladder, whatever grade was appealed

rollback to unappealed;
select tests.act_as('platform_admin', 'ada');
select api.lift_restriction(tests.id('ban'), 'A mistake.');
select tests.act_as_owner();
update app.conduct_steps set kind = 'banned', days = null where step in (1, 2);
insert into app.contact_flags (message_id, thread_id, person_id, raised_by, kinds, severity)
select m.id, m.thread_id, m.sender_id, 'filter', '{phone}', 'S2'
from app.messages as m
where m.sender_id = tests.id('max');
insert into app.contact_flags (message_id, thread_id, person_id, raised_by, reporter_id, kinds, severity)
select m.id, m.thread_id, m.sender_id, 'report', tests.id('ana'), '{phone}', 'S2'
from app.messages as m
where m.sender_id = tests.id('max');
select tests.act_as('platform_admin', 'ada');
select api.decide_flag(f.id, 'confirmed', 'Gave a number.', 'S2', '4.2') from api.admin_flags as f;
select tests.act_as('mechanic', 'max');
select tests.named('appeal ' || r.step, api.appeal_restriction(r.id, 'I did not.'))
from api.restrictions as r
where r.lifted_at is null;
select tests.act_as('platform_admin', 'abe');
select api.decide_appeal(tests.id('appeal 1'), 'overturned', 'He did not.');
select tests.act_as_owner();
select tests.move_clock(interval '60 days');
select tests.act_as('platform_admin', 'ada');
select throws_ok(
    'select pg_temp.forfeited()', 'PT409', null, 'a ban that was graded anew waits for the appeal made before'
);
select api.decide_appeal(tests.id('appeal 2'), 'upheld', 'He did.') from tests.act_as('platform_admin', 'abe');
select is(pg_temp.forfeited(), 10500::bigint, 'and no longer');

select * from finish();
rollback;
