-- Who has a refund sent again that failed, and who is told that it did?

begin;
select plan(17);

update app.limits set most = 1000;
create function pg_temp.owe(session text, cents integer) returns void language plpgsql as $$
begin
    perform tests.open_session('ben', session, 'brakes', 'It squeals', 'Fiat', 'Panda');
    perform tests.work_through(session, 'zoe');
    insert into app.refunds (payment_id, customer_id, amount_cents, reason)
    values (tests.id(session || ' payment'), tests.id('ben'), cents, 'Goodwill.');
end;
$$;
select pg_temp.owe(session, 1000) from unnest(array['refused', 'bounced', 'unmoved', 'other']) as s (session);
create function pg_temp.refund(session text) returns uuid language sql as $$
    select r.id from app.refunds as r where r.payment_id = tests.id(session || ' payment');
$$;
create function pg_temp.tell(id text, session text, attempt text, said jsonb) returns text language sql as $$
    select tests.stripe_event(
        'evt_' || gen_random_uuid(),
        'refund.updated',
        jsonb_build_object(
            'id', id, 'object', 'refund', 'amount', 1000, 'currency', 'usd', 'status', 'failed',
            'metadata', jsonb_build_object('refund_id', pg_temp.refund(session), 'attempt', attempt),
            'charge', (
                select f.id from app.money_facts as f
                where f.payment_id = tests.id(session || ' payment') and f.kind = 'charge'
            )
        ) || said
    );
$$;
create function pg_temp.stands(session text) returns text language sql as $$
    select concat_ws(' ', r.status, r.attempt, r.failure)
    from app.refunds as r
    where r.id = pg_temp.refund(session);
$$;
create function pg_temp.told(session text) returns bigint language sql as $$
    select count(*) from app.notices as n
    where n.kind = 'refund_failed'
        and n.about_id = tests.id(session || ' payment')
        and n.person_id = tests.id('ada');
$$;

-- That it failed

select is(
    tests.code_as_service(
        'worker',
        format('select backend.fail_refund(%L, %L, false)', pg_temp.refund('refused'), 'charge_disputed')
    ),
    null,
    'Stripe refuses one'
);
select is(pg_temp.stands('refused'), 'failed 1 charge_disputed', 'it has failed');
select is(pg_temp.told('refused'), 1::bigint, 'and the admins are told');
select is(
    pg_temp.tell('re_bounced', 'bounced', '1', '{"status": "succeeded"}'), 'done', 'another is sent'
);
select is(pg_temp.stands('bounced'), 'sent 1', 'it is');
select pg_temp.tell(
    're_bounced', 'bounced', '1',
    '{"failure_balance_transaction": "txn_b", "failure_reason": "lost_or_stolen_card"}'
)
from generate_series(1, 2);
select is(pg_temp.stands('bounced'), 'failed 1 lost_or_stolen_card', 'until it comes back');
select is(pg_temp.told('bounced'), 1::bigint, 'the admins are told once');
select pg_temp.tell('re_unmoved', 'unmoved', '1', '{"failure_reason": "declined"}');
select is(pg_temp.stands('unmoved'), 'failed 1 declined', 'one fails before any money moved');
select pg_temp.tell('re_unmoved', 'other', '7', '{"failure_reason": "declined"}');
select is(pg_temp.stands('other'), 'approved 1', 'what is told of another attempt is not about this one');

-- Again

create function pg_temp.resend(session text, reason text, caller text default 'ada', persona text default 'platform_admin')
    returns text
    language plpgsql
as $$
declare
    answer text;
begin
    perform tests.act_as(persona, caller);
    begin
        answer := api.resend_refunds(tests.id(session || ' payment'), reason)::text;
    exception
        when others then
            answer := sqlstate;
    end;
    perform tests.act_as_owner();
    return answer;
end;
$$;
select is(pg_temp.resend('bounced', 'Again.', 'ben', 'customer'), '42501', 'the customer does not');
select is(pg_temp.resend('bounced', ''), 'PT422', 'an admin says why');
select is(pg_temp.resend('other', 'Again.'), 'PT404', 'one that has not failed is not sent again');
select is(pg_temp.resend('bounced', 'He has another card.'), '1', 'one that has, is');
select is(pg_temp.stands('bounced'), 'approved 2', 'under another key');
select is(
    (
        select count(*) from procrastinate.procrastinate_jobs
        where task_name = 'send_refund' and args ->> 'refund_id' = pg_temp.refund('bounced')::text
    ),
    1::bigint,
    'by a job'
);
select is(pg_temp.resend('bounced', 'Again.'), 'PT404', 'once');
select results_eq(
    $$ select actor_id, subject_id, reason from app.audit_log where action = 'resend_refunds' $$,
    format(
        'values (%L::uuid, %L::uuid, %L)', tests.id('ada'), tests.id('bounced payment'),
        'He has another card.'
    ),
    'and it is written down'
);

select * from finish();
rollback;
