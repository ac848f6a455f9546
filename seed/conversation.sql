-- Ana has paid for a diagnostic and talks to Max about it. Doing it again changes nothing.

create function pg_temp.act_as(persona text, name text)
    returns record
    language sql
    volatile
as $$
    select
        set_config(
            'request.jwt.claims', jsonb_build_object('sub', pg_temp.account(name), 'role', persona)::text, true
        ),
        set_config('role', persona, true);
$$;

-- Stripe's event as it comes, stored and applied at once; the worker finds it done.
create function pg_temp.post_event(id text, type text, object jsonb)
    returns text
    language plpgsql
as $$
declare
    body text := jsonb_build_object(
        'id', post_event.id,
        'object', 'event',
        'type', post_event.type,
        'created', extract(epoch from now())::bigint,
        'api_version', '2026-10-28.endive',
        'livemode', false,
        'data', jsonb_build_object('object', post_event.object)
    )::text;
begin
    perform backend.record_stripe_event(post_event.id, convert_to(body, 'UTF8'));
    return backend.apply_stripe_event(post_event.id);
end;
$$;

do $$
declare
    opened record;
    thread_id uuid;
begin
    if exists (
        select from app.diagnostic_sessions where customer_id = pg_temp.account('ana')
    ) then
        return;
    end if;
    perform pg_temp.act_as('customer', 'ana');
    select r.session_id, r.payment_id into opened
    from api.request_session(
        'engine', 'Rough idle when cold, and a light', 2014, 'Mazda', '3', 'red',
        'JM1BM1V75E1183460'
    ) as r;
    perform set_config('role', 'none', true);
    perform pg_temp.post_event(
        'evt_seed' || replace(opened.payment_id::text, '-', ''),
        'charge.succeeded',
        jsonb_build_object(
            'id', 'ch_seed' || replace(opened.payment_id::text, '-', ''),
            'object', 'charge',
            'amount', p.amount_cents,
            'currency', p.currency,
            'metadata', jsonb_build_object('payment_id', p.id),
            'paid', true,
            'transfer_group', 'job_' || p.id::text
        )
    )
    from app.payments as p
    where p.id = opened.payment_id;

    perform pg_temp.act_as('mechanic', 'max');
    thread_id := api.accept_session(opened.session_id);
    perform api.send_message(thread_id, 'Hello Ana, which light is it?', gen_random_uuid());
    perform set_config('role', 'none', true);
    perform pg_temp.act_as('customer', 'ana');
    perform api.send_message(
        thread_id, 'The engine one. My reader says P0302.', gen_random_uuid()
    );
    perform set_config('role', 'none', true);
    perform pg_temp.act_as('mechanic', 'max');
    perform api.send_message(
        thread_id, 'Misfire on cylinder 2. Swap coils 2 and 3 and read again.', gen_random_uuid()
    );
end;
$$;
