-- A customer asks for a diagnostic. It is theirs to pay; paid, it waits for a mechanic.

create function api.request_session(
    category text,
    concern text,
    vehicle_year integer,
    vehicle_make text,
    vehicle_model text,
    vehicle_colour text default null,
    vin text default null,
    out session_id uuid,
    out payment_id uuid
)
    language plpgsql
    volatile
    security definer  -- customers hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    customer app.customers;
    fees app.fee_schedule;
begin
    perform app.lock_standing('may_take_work');
    perform app.take_limit('request_session', app.current_person_id());

    select * into customer
    from app.customers as c
    where c.person_id = app.current_person_id()
        and c.first_name is not null;
    if not found then
        raise exception 'set a customer profile first' using errcode = 'PT409';
    end if;
    select * into strict fees
    from app.fee_schedule as f
    where f.effective_from <= app.current_instant()
    order by f.version desc
    limit 1;

    -- Every mechanic reads make and model in the queue.
    perform app.refuse_contacts(vehicle_make, vehicle_model, vehicle_colour);
    insert into app.diagnostic_sessions (customer_id, category, fee_schedule_version, pay_by)
    select
        customer.person_id,
        request_session.category,
        fees.version,
        app.current_instant() + s.pay_within
    from app.settings as s
    returning id into session_id;

    insert into app.session_intake (
        session_id, customer_id, customer_first_name, concern, vehicle_year, vehicle_make,
        vehicle_model, vehicle_colour, vin
    ) values (
        request_session.session_id, customer.person_id, customer.first_name,
        app.clean_text(request_session.concern), request_session.vehicle_year,
        request_session.vehicle_make, request_session.vehicle_model,
        request_session.vehicle_colour, upper(request_session.vin)
    );

    perform app.record_consent(session_id);
    payment_id := app.open_payment(
        'diagnostic', session_id, customer.person_id, fees.diagnostic_price_cents
    );
exception
    when check_violation or foreign_key_violation or not_null_violation then
        raise exception 'a listed category, a concern, and a plain description of the car are needed'
            using errcode = 'PT422';
end;
$$;
comment on function api.request_session is
    'Opens a session and its payment. The concern is masked by the contact filter. PT409 without a '
    'profile or consent to monitoring, PT422 for bad input, PT429 beyond the limit, PT403 when suspended.';
grant execute on function api.request_session to customer;
