-- One case of the business plan's month, played through the functions that everybody uses.

create schema plan;

create function plan.act_as(persona text, person_id uuid)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    perform set_config(
        'request.jwt.claims', json_build_object('sub', person_id, 'role', persona)::text, true
    );
    perform set_config('role', persona, true);
end;
$$;

create function plan.act_as_owner()
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    perform set_config('request.jwt.claims', '', true);
    perform set_config('role', 'none', true);
end;
$$;

create function plan.sign_up(email text)
    returns uuid
    language plpgsql
    set search_path = ''
as $$
declare
    person_id uuid;
begin
    insert into auth.users (
        instance_id, id, aud, role, email, email_confirmed_at, encrypted_password, created_at,
        updated_at
    ) values (
        '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'authenticated', '',
        sign_up.email, now(), '', now(), now()
    )
    returning id into person_id;
    insert into app.consents (person_id, version)
    select person_id, max(n.version) from app.monitoring_notices as n;
    return person_id;
end;
$$;

create function plan.invite(admin_id uuid, email text, persona text, workshop_id uuid)
    returns uuid
    language plpgsql
    set search_path = ''
as $$
declare
    token text;
    person_id uuid := plan.sign_up(invite.email);
begin
    perform plan.act_as('platform_admin', admin_id);
    token := api.invite_person(invite.email, invite.persona, invite.workshop_id);
    perform plan.act_as('customer', person_id);
    perform api.accept_invitation(token);
    perform plan.act_as_owner();
    return person_id;
end;
$$;

create table plan.cast (role text primary key, id uuid not null);

create function plan.the(role text)
    returns uuid
    language plpgsql
    security definer  -- whoever acts just now may not read it
    set search_path = ''
as $$
begin
    return (select c.id from plan.cast as c where c.role = the.role);
end;
$$;
grant usage on schema plan to public;

create function plan.open_platform()
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    city uuid;
begin
    update app.limits set most = 1000000;
    insert into app.services (code, name) values ('brakes', 'Brakes') on conflict do nothing;
    insert into app.cities (name, region, latitude, longitude)
    values ('Springfield', 'Illinois', 39.80, -89.65)
    returning id into city;
    insert into plan.cast values ('platform_admin', plan.sign_up('admin@plan.test'));
    perform app.appoint_first_admin('admin@plan.test');
    perform plan.act_as('platform_admin', plan.the('platform_admin'));
    perform set_config('plan.workshop', api.create_workshop('A Workshop', city, '{brakes}')::text, true);
    perform plan.act_as_owner();
    insert into plan.cast values
        ('a workshop', current_setting('plan.workshop')::uuid),
        (
            'mechanic',
            plan.invite(plan.the('platform_admin'), 'mechanic@plan.test', 'mechanic', null)
        );
    insert into plan.cast values (
        'workshop',
        plan.invite(
            plan.the('platform_admin'), 'advisor@plan.test', 'workshop', plan.the('a workshop')
        )
    ), ('customer', plan.sign_up('customer@plan.test'));
    update app.workshops set open_bays = 1000000;
    perform plan.act_as('mechanic', plan.the('mechanic'));
    perform api.set_mechanic_profile('Mo');
    perform plan.act_as('customer', plan.the('customer'));
    perform api.set_customer_profile('Carla', 'd', city);
    perform plan.act_as_owner();
end;
$$;

create function plan.is_told(event_id text, body text)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    perform plan.act_as_owner();
    perform set_config('role', 'backend', true);
    perform backend.record_stripe_event(event_id, convert_to(body, 'UTF8'));
    perform set_config('role', 'worker', true);
    perform backend.apply_stripe_event(event_id);
    perform plan.act_as_owner();
end;
$$;

create function plan.request_session()
    returns table (session_id uuid, payment_id uuid)
    language plpgsql
    set search_path = ''
as $$
begin
    perform plan.act_as('customer', plan.the('customer'));
    return query
    select r.session_id, r.payment_id
    from api.request_session('brakes', 'It grinds.', 2016, 'Ford', 'Focus', 'grey', null) as r;
    perform plan.act_as_owner();
end;
$$;

create function plan.diagnose(session_id uuid)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    perform plan.act_as('mechanic', plan.the('mechanic'));
    perform api.accept_session(diagnose.session_id);
    perform api.complete_session(diagnose.session_id, 'New pads.', 'Pads worn.', '{brakes}');
    perform plan.act_as_owner();
end;
$$;

create function plan.quote(session_id uuid, total_cents integer)
    returns table (offer_id uuid, quote_id uuid)
    language plpgsql
    set search_path = ''
as $$
declare
    raised uuid;
begin
    perform plan.act_as('mechanic', plan.the('mechanic'));
    raised := api.escalate_session(quote.session_id);
    perform plan.act_as_owner();
    perform set_config('role', 'worker', true);
    perform backend.offer_escalation(
        raised,
        1,
        jsonb_build_array(
            jsonb_build_object(
                'workshop_id', plan.the('a workshop'), 'rank', 1, 'score', 0.9,
                'eligible_count', 1, 'terms', '{"fit": 1}'::jsonb
            )
        )
    );
    perform plan.act_as_owner();
    select o.id into strict offer_id
    from app.offers as o
    where o.escalation_id = raised;
    perform plan.act_as('workshop', plan.the('workshop'));
    perform api.accept_offer(offer_id);
    quote_id := api.draft_quote(
        offer_id,
        jsonb_build_array(
            jsonb_build_object(
                'kind', 'labour', 'description', 'Brakes', 'quantity', 1, 'unit_cents', total_cents
            )
        )
    );
    perform api.send_quote(quote_id);
    perform plan.act_as_owner();
    return next;
end;
$$;

create function plan.answer(quote_id uuid, approved boolean)
    returns uuid
    language plpgsql
    set search_path = ''
as $$
declare
    payment_id uuid;
begin
    perform plan.act_as('customer', plan.the('customer'));
    if approved then
        payment_id := api.approve_quote(answer.quote_id);
    else
        perform api.decline_quote(answer.quote_id);
    end if;
    perform plan.act_as_owner();
    return payment_id;
end;
$$;

create function plan.repair(offer_id uuid)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    perform plan.act_as('workshop', plan.the('workshop'));
    perform api.finish_repair(repair.offer_id);
    perform plan.act_as_owner();
end;
$$;

grant execute on all functions in schema plan to public;

-- What the books say, by what was paid for. Income is positive.
create view plan.income as
    select
        p.purpose,
        count(distinct p.id) as jobs,
        coalesce(sum(e.amount_cents) filter (where e.account = 'customer.held' and e.amount_cents > 0), 0)::bigint
            as turnover_cents,
        coalesce(-sum(e.amount_cents) filter (where e.account = 'platform.fee'), 0)::bigint
            as fee_cents,
        coalesce(sum(e.amount_cents) filter (where e.account = 'referral.expense'), 0)::bigint
            as referral_cents,
        coalesce(sum(e.amount_cents) filter (where e.account = 'stripe.fee'), 0)::bigint
            as card_cents
    from app.ledger_entries as e
    inner join app.ledger_transactions as t on e.transaction_id = t.id
    inner join app.payments as p on t.payment_id = p.id
    group by p.purpose;
