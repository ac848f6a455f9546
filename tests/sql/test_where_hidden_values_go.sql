-- Where do hidden values go, once they are in the database, and what changes for those who may not see them?

begin;
select plan(13);

-- Every column of every table in the database that holds one of the words, as schema.table.column
create function pg_temp.found(words text[])
    returns setof text
    language plpgsql
as $$
declare
    place record;
    there boolean;
begin
    for place in
        select c.oid::regclass as relation, a.attname, n.nspname || '.' || c.relname as name
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as a on c.oid = a.attrelid
        where c.relkind in ('r', 'm', 'p')
            and n.nspname not in ('pg_catalog', 'information_schema', 'tests')
            and n.nspname not like 'pg\_temp%'
            and a.attnum > 0
            and not a.attisdropped
            and has_table_privilege(c.oid, 'SELECT')
    loop
        execute format(
            'select exists (select from %s where exists (select from unnest($1) as looked_for'
            ' where strpos(%s, lower(looked_for)) > 0))',
            place.relation,
            case
                when place.attname = 'raw' then format('lower(encode(%I, ''escape''))', place.attname)
                else format('lower(%I::text)', place.attname)
            end
        ) into there using words;
        if there then
            return next place.name || '.' || place.attname;
        end if;
    end loop;
end;
$$;
comment on function pg_temp.found is 'Also those of Auth, Storage, Realtime and the queue.';

-- nora signs up with words of her own choice, and has a repair done from beginning to end

select tests.sign_up('nora');
update auth.users
set raw_user_meta_data = '{"role": "platform_admin", "phone": "kestrel-meta"}'
where id = tests.id('nora');
select tests.act_as('customer', 'nora');
select api.set_customer_profile('Kestrelfirst', 'n', tests.id('Springfield'));
select api.set_contact_details('Kestrelname Full', '+12175550188', 'Kestrelstreet 1', 'KSTRL1');
select tests.act_as_owner();
select tests.open_session(
    'nora', 'nora one', 'brakes', 'Kestrelconcern', 'Kestrelmake', 'Kestrelmodel', 'KESTR1VHN00000001'
);
select tests.work_through('nora one', 'max');
select tests.act_as('customer', 'nora');
select api.send_message(tests.id('nora one thread'), 'Kestrelbody, call 217-555-0177', gen_random_uuid());
select tests.act_as('mechanic', 'max');
select api.complete_session(tests.id('nora one'), 'Kestrelsummary', 'Kestreldiagnosis', '{brakes}');
select tests.act_as_owner();
select tests.escalate('nora one', 'max', array['Lakeview Repairs']);
select tests.act_as('workshop', 'lena');
select api.accept_offer(tests.id('nora one offer to Lakeview Repairs'));
select tests.act_as_owner();
select tests.quote('nora one', 'Lakeview Repairs', 'lena', 30000, 20000);
select tests.act_as('customer', 'nora');
select api.approve_quote(tests.id('nora one quote of Lakeview Repairs'));
select tests.act_as_owner();
select tests.pay(p.id)
from app.payments as p
where p.quote_id = tests.id('nora one quote of Lakeview Repairs');
select tests.act_as('customer', 'nora');
select api.release_contact(tests.id('nora one offer to Lakeview Repairs'));
select tests.act_as_owner();

-- attack 64
select set_eq(
    $$ select pg_temp.found('{+12175550188}') $$,
    array['app.contact_details.phone', 'app.contact_releases.phone'],
    'a telephone number is where its owner wrote it, and where they released it'
);
-- attack 64
select set_eq(
    $$ select pg_temp.found('{Kestrelname,Kestrelstreet,KSTRL1}') $$,
    array['app.contact_details.full_name', 'app.contact_details.street', 'app.contact_details.postal_code'],
    'name and street are nowhere else'
);
select set_eq(
    $$ select pg_temp.found('{nora@example.test}') $$,
    array['auth.users.email', 'app.contact_details.email'],
    'the e-mail address is in Auth and with the contact details'
);
select set_eq(
    $$ select pg_temp.found('{KESTR1VHN00000001}') $$,
    array['app.session_intake.vin', 'app.escalation_snapshots.vin', 'app.offer_cases.vin'],
    'a VIN goes to the intake and to the case'
);
select set_eq(
    $$ select pg_temp.found('{Kestrelfirst}') $$,
    array[
        'app.customers.first_name', 'app.session_intake.customer_first_name',
        'app.escalation_snapshots.customer_first_name', 'app.offer_cases.customer_first_name'
    ],
    'so does the first name'
);
select set_eq(
    $$ select pg_temp.found('{Kestrelconcern,Kestrelsummary,Kestreldiagnosis}') $$,
    array[
        'app.session_intake.concern', 'app.diagnostic_sessions.summary', 'app.diagnostic_sessions.diagnosis',
        'app.escalation_snapshots.diagnosis', 'app.offer_cases.diagnosis'
    ],
    'what was said of the car is where each reader has it, of the diagnosis alone a copy'
);
select set_eq(
    $$ select pg_temp.found('{Kestrelbody}') $$,
    array['app.messages.body', 'app.raw_messages.body', 'realtime.messages.payload'],
    'a message is stored, announced, and kept as typed when something was hidden'
);
-- attack 64
select set_eq(
    $$ select pg_temp.found('{217-555-0177}') $$, array['app.raw_messages.body'],
    'and what was hidden is only in what was typed'
);
select set_eq(
    $$ select pg_temp.found('{kestrel-meta}') $$, array['auth.users.raw_user_meta_data'],
    'what a sign-up says of itself stays in Auth'
);

-- What is computed from a column

-- attack 65
select set_eq(
    $$
        select a.attrelid::regclass || '.' || a.attname || ' from '
            || string_agg(s.attname::text, ', ' order by s.attname)
        from pg_attribute as a
        inner join pg_attrdef as f on a.attrelid = f.adrelid and a.attnum = f.adnum
        inner join pg_depend as d
            on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid and d.refobjid = a.attrelid
        inner join pg_attribute as s
            on d.refobjid = s.attrelid and d.refobjsubid = s.attnum and s.attnum <> a.attnum
        where a.attgenerated <> ''
            and a.attrelid::regclass::text like 'app.%'
        group by a.attrelid, a.attname
    $$,
    array[
        'app.checkout_attempts.idempotency_key from attempt, payment_id',
        'app.cities.place from latitude, longitude',
        'app.connected_accounts.idempotency_key from attempt, owner_id',
        'app.disputes.is_open from status',
        'app.payables.owed_cents from earned_cents, forfeited_cents, offset_cents, returned_cents, sent_cents',
        'app.refund_requests.is_automated from rule',
        'app.refunds.idempotency_key from attempt, id',
        'app.refunds.is_surplus from stripe_charge_id',
        'app.repair_quote_items.amount_cents from quantity, unit_cents',
        'app.repair_quotes.total_cents from labour_cents, parts_cents, tax_cents',
        'app.standings.holder_id from person_id, workshop_id',
        'app.threads.topic from epoch, id',
        'app.transfer_reversals.idempotency_key from id',
        'app.transfers.idempotency_key from attempt, part, payment_id'
    ],
    'no column is computed from what is said of a person or a car'
);
-- attack 65
select is_empty(
    $$
        select i.indexrelid::regclass
        from pg_index as i
        inner join pg_class as c on i.indrelid = c.oid
        where c.relnamespace = 'app'::regnamespace
            and (i.indexprs is not null or exists (
                select
                from pg_attribute as a
                where a.attrelid = i.indrelid
                    and a.attnum = any (i.indkey)
                    and a.attname in (
                        'email', 'full_name', 'phone', 'street', 'postal_code', 'first_name', 'last_initial',
                        'customer_first_name', 'customer_last_initial', 'vin', 'vehicle_make', 'vehicle_model',
                        'vehicle_year', 'vehicle_colour', 'concern', 'summary', 'diagnosis',
                        'recommended_services', 'body', 'hidden', 'notes', 'note', 'description', 'facts',
                        'statement', 'reason', 'decision_reason', 'review_reason', 'lift_reason',
                        'display_name', 'mechanic_name', 'provider_name'
                    )
            ))
        union all
        select s.oid::regclass
        from pg_statistic_ext as s
        where s.stxnamespace = 'app'::regnamespace
    $$,
    'no index and no statistics are made of it'
);

-- What others read when only hidden rows have changed

create function pg_temp.everything(persona text, name text)
    returns text
    language plpgsql
as $$
declare
    view text;
    shown text;
    told text := '';
begin
    perform tests.act_as(persona, name);
    for view in
        select c.relname
        from pg_class as c
        where c.relnamespace = 'api'::regnamespace
            and c.relkind = 'v'
            and has_table_privilege(c.oid, 'SELECT')
        order by c.relname
    loop
        execute format('select coalesce(jsonb_agg(r.line order by r.line)::text, '''') '
            'from (select to_jsonb(v)::text as line from api.%I as v) as r', view) into shown;
        told := told || view || ': ' || shown || E'\n';
    end loop;
    perform tests.act_as_owner();
    return told;
end;
$$;
create temporary table before as
    select c.persona, c.name, pg_temp.everything(c.persona, c.name) as told
    from (
        values ('customer', 'ana'), ('mechanic', 'zoe'), ('workshop', 'walt'), ('workshop', 'wes')
    ) as c (persona, name);
select isnt_empty($$ select from before where length(told) > 1000 $$, 'others have much to read');
select tests.open_session('nora', 'nora two', 'engine', 'Rattles', 'Kia', 'Rio', 'KNADM4A39C6012345');
select tests.work_through('nora two', 'max');
select tests.act_as('mechanic', 'max');
select api.send_message(tests.id('nora two thread'), 'Call 217-555-0166', gen_random_uuid());
select tests.act_as_owner();
select tests.complete('nora two', 'max');
select tests.escalate('nora two', 'max', array['Lakeview Repairs']);
select tests.act_as('workshop', 'lena');
select api.finish_repair(tests.id('nora one offer to Lakeview Repairs'));
select tests.act_as('customer', 'nora');
select api.confirm_repair(tests.id('nora one escalation'));
select tests.act_as_owner();
-- attack 84
select is_empty(
    $$
        select b.name
        from before as b
        where pg_temp.everything(b.persona, b.name) <> b.told
    $$,
    'what is hidden may grow, and nobody else reads a byte more'
);

select * from finish();
rollback;
