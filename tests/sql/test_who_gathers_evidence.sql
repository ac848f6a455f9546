-- Who gathers evidence of a disputed payment, and what stands in it?

begin;
select plan(37);

update app.limits set most = 1000;

create function pg_temp.gathered(payment text) returns jsonb language plpgsql as $$
declare
    found jsonb;
begin
    perform tests.act_as('platform_admin', 'ada');
    found := api.gather_evidence(tests.id(payment), 'The bank asks for it.');
    perform tests.act_as_owner();
    return found;
exception
    when others then
        perform tests.act_as_owner();
        return to_jsonb(sqlstate);
end;
$$;
create function pg_temp.dispute(payment text, status text) returns void language plpgsql as $$
begin
    perform tests.stripe_event(
        'evt_' || md5(payment || dispute.status), 'charge.dispute.updated',
        jsonb_build_object(
            'id', 'dp_' || md5(payment), 'object', 'dispute', 'amount', 1000, 'currency', 'usd', 'charge', f.id,
            'status', dispute.status, 'reason', 'product_not_received', 'created', 1763800000,
            'evidence_details', jsonb_build_object('due_by', 1764400000), 'balance_transactions', '[]'::jsonb
        )
    )
    from app.money_facts as f
    where f.kind = 'charge' and f.payment_id = tests.id(payment);
end;
$$;

-- ana talks to max, gives her number, and asks for a part of her money

do $$
begin
    perform tests.move_clock('1 minute');
    perform tests.act_as('customer', 'ana');
    perform api.send_message(
        tests.id('ana active thread'), 'Since Monday. My number: 415-555-2671', gen_random_uuid()
    );
    perform tests.act_as_owner();
    perform tests.move_clock('1 minute');
    perform tests.act_as('customer', 'ana');
    perform api.request_refund(tests.id('ana active payment'), 'other', 'He is slow.', 1500);
    perform tests.act_as('customer', 'cleo');
    perform api.confirm_repair(tests.id('cleo repaired escalation'));
    perform tests.act_as_owner();
    perform tests.stripe_event(
        'evt_re', 'refund.created',
        jsonb_build_object(
            'id', 're_1', 'object', 'refund', 'amount', 700, 'currency', 'usd', 'charge', f.id,
            'status', 'pending', 'metadata', '{}'::jsonb
        )
    )
    from app.money_facts as f
    where f.kind = 'charge' and f.payment_id = tests.id('cleo repaired repair payment');
end;
$$;
select is(pg_temp.gathered('ana active payment'), '"PT404"', 'nothing is gathered of what nobody disputes');
select pg_temp.dispute('ana active payment', 'warning_needs_response');
select pg_temp.dispute('cleo repaired repair payment', 'needs_response');

-- Who

select tests.act_as('platform_admin', 'ada');
select throws_ok(
    format('select api.gather_evidence(tests.id(''ana active payment''), %L)', purpose), 'PT422', null, 'without ' || what
)
from (values (null, 'a purpose'), ('curiosity', 'one of ten characters')) as given (purpose, what);
select throws_ok(
    $$ select api.gather_evidence(gen_random_uuid(), 'The bank asks for it.') $$, 'PT404', null,
    'nor of a payment that is not there'
);
select is_empty(
    $$ select from api.admin_audit_log where action = 'gather_evidence' $$, 'what was refused is not logged'
);
select tests.act_as_owner();
select is(tests.code_as_service(role, $$ select api.gather_evidence(gen_random_uuid(), 'Because I can.') $$), '42501', role || ' gathers none')
from unnest(array['backend', 'worker', 'customer', 'mechanic', 'workshop']) as r (role);
update app.standings set suspended_until = 'infinity' where person_id = tests.id('ada');
select is(pg_temp.gathered('ana active payment'), '"PT403"', 'nor a suspended admin');
update app.standings set suspended_until = '-infinity' where person_id = tests.id('ada');

-- Of a diagnostic

create temporary table evidence as
select pg_temp.gathered('ana active payment') as diagnostic, pg_temp.gathered('cleo repaired repair payment') as repair;
select results_eq(
    $$ select actor_id, subject, subject_id, reason from app.audit_log where action = 'gather_evidence' order by subject_id = tests.id('ana active payment') $$,
    $$
        values
            (tests.id('ada'), 'payment', tests.id('cleo repaired repair payment'), 'The bank asks for it.'),
            (tests.id('ada'), 'payment', tests.id('ana active payment'), 'The bank asks for it.')
    $$,
    'it is written down who gathered what, and why'
);
select set_eq(
    'select jsonb_object_keys(diagnostic) from evidence',
    array[
        'gathered_at', 'payment', 'charges', 'disputes', 'refunds', 'refund_requests', 'refund_policy', 'session',
        'consents', 'quote', 'authorisation', 'conversation', 'acts'
    ],
    'what a document has'
);
select is(
    (select diagnostic -> 'payment' from evidence),
    (
        select jsonb_build_object(
            'id', p.id, 'purpose', 'diagnostic', 'amount_cents', 2500, 'currency', 'usd', 'paid_at', p.paid_at,
            'work_done_at', null
        )
        from app.payments as p
        where p.id = tests.id('ana active payment')
    ),
    'the payment'
);
select is(
    (select jsonb_path_query_array(diagnostic, '$.charges[*].amount_cents') from evidence), '[2500]', 'its charge'
);
select is(
    (select jsonb_path_query_array(diagnostic, '$.disputes[*].reason') from evidence), '["product_not_received"]',
    'its dispute'
);
select is(
    (select diagnostic -> 'session' from evidence) - '{id,requested_at,paid_at,accepted_at}'::text[],
    '{
        "category": "brakes", "vehicle": "2016 Honda Civic", "concern": "Grinding noise when braking",
        "status": "active", "ended_at": null, "summary": null, "diagnosis": null, "recommended_services": null
    }',
    'the session'
);
select is(
    (select jsonb_path_query_array(diagnostic, '$.conversation[*].sender') from evidence),
    '["customer", "mechanic", "customer"]', 'who said something, by party'
);
select is(
    (select diagnostic #>> '{conversation,1,body}' from evidence), 'Since when does it?', 'and what'
);
select unalike(
    (select diagnostic::text from evidence), '%' || hidden || '%', 'nowhere ' || what
)
from (
    values
        ('2671', 'the number that she typed'), ('Alvarez', 'her name'), ('Ana', 'nor the first of it'),
        ('Max', 'nor the mechanic''s'), ('example.test', 'an e-mail address'), ('Canary', 'an address'),
        ('1HGCM82633A004352', 'the VIN')
) as never (hidden, what);
select is(
    (select jsonb_path_query_array(diagnostic, '$.acts[*].act') from evidence),
    '[
        "agreed to the monitoring notice, version 1", "paid", "requested the diagnostic", "wrote a message",
        "wrote a message", "asked for a refund"
    ]',
    'what the customer did'
);
select is(
    (select diagnostic -> 'refund_requests' -> 0 from evidence) - '{asked_at,settled_at}'::text[],
    '{
        "amount_cents": 1500, "category": "other", "reason": "He is slow.", "status": "open",
        "granted_cents": null, "decision_reason": null
    }',
    'what they asked for'
);
select is((select diagnostic ->> 'quote' from evidence), null, 'there is no quote');

-- Of a repair

select is(
    (select repair -> 'quote' from evidence) - '{id,sent_at,valid_until}'::text[],
    '{
        "version": 1, "notes": null, "warranty_months": 0, "parts_cents": 70000, "labour_cents": 50000,
        "tax_cents": 0, "total_cents": 120000, "items": [
            {"kind": "part", "description": "Brake pads", "quantity": 1, "unit_cents": 70000, "amount_cents": 70000},
            {"kind": "labour", "description": "Fitting", "quantity": 1, "unit_cents": 50000, "amount_cents": 50000}
        ]
    }',
    'the quote with its items'
);
select is(
    (select repair -> 'authorisation' from evidence),
    (
        select jsonb_build_object(
            'approved_at', q.decided_at, 'quote_version', 1, 'amount_cents', 120000, 'confirmed_at', e.ended_at
        )
        from app.repair_quotes as q
        inner join app.escalations as e on q.escalation_id = e.id and e.ended_at is not null
        where q.id = tests.id('cleo repaired quote of Northside Garage')
    ),
    'its authorisation, and the confirmation'
);
select is(
    (select repair #> '{session,diagnosis}' from evidence), '"Front pads worn to 2 mm."', 'the diagnosis behind it'
);
select is(
    (select jsonb_path_query_array(repair, '$.conversation[*].sender') from evidence), '["workshop"]',
    'what was said with this workshop'
);
select is(
    (select repair -> 'refunds' -> 0 from evidence) - 'told_at',
    '{"id": "re_1", "amount_cents": 700, "failed": false}', 'what went back'
);
select is(
    (select jsonb_path_query_array(repair, '$.consents[*].version') from evidence), '[1]',
    'and under which notice the customer wrote'
);
select is(
    (
        select jsonb_path_query_array(repair, '$.acts[*].act') - 'requested the diagnostic' - 'paid'
        from evidence
    ),
    '[
        "agreed to the monitoring notice, version 1", "approved version 1 of the quote",
        "confirmed that the repair is done"
    ]',
    'what the customer did'
);

-- How long

select pg_temp.dispute('ana active payment', 'warning_closed');
select is(pg_temp.gathered('ana active payment'), '"PT404"', 'once it is closed nothing is gathered any more');

select * from finish();
rollback;
