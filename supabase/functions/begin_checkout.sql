-- A customer begins to pay: what the service needs to open Stripe's page, the same if asked again.

create function backend.begin_checkout(
    person_id uuid,
    inout payment_id uuid,
    out attempt integer,
    out idempotency_key text,
    out amount_cents bigint,
    out currency text,
    out description text,
    out transfer_group text,
    out checkout_url text,
    out begun_at timestamptz,
    out look_up boolean
)
    language plpgsql
    volatile
    security definer  -- the service holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    payment app.payments;
    instant timestamptz := app.current_instant();
begin
    perform
    from app.standings as s
    where s.person_id = begin_checkout.person_id
        and (s.barred_until <= instant or s.barred_from > instant)
    for share;
    if not found then
        raise exception 'the account is barred' using errcode = 'PT403';
    end if;
    perform app.take_limit('start_checkout', begin_checkout.person_id);

    payment := app.lock_payment(begin_checkout.payment_id);
    if payment.customer_id is distinct from begin_checkout.person_id then
        raise exception 'no such payment of this customer' using errcode = 'PT404';
    end if;
    if payment.status not in ('pending', 'failed') then
        raise exception 'the payment is made, under way, or no longer wanted'
            using errcode = 'PT409';
    end if;
    if not app.is_payment_awaited(payment.id) then
        raise exception 'the time to pay has passed' using errcode = 'PT409';
    end if;

    update app.payments as p
    set status = 'pending'
    where p.id = payment.id;
    update app.checkout_attempts as a
    set status = 'closed'
    where a.payment_id = payment.id
        and a.status = 'open'
        and a.expires_at <= instant;
    insert into app.checkout_attempts (payment_id, attempt)
    select payment.id, coalesce(max(a.attempt), 0) + 1
    from app.checkout_attempts as a
    where a.payment_id = payment.id
    having count(*) filter (where a.status in ('creating', 'open')) = 0;

    select
        a.attempt,
        a.idempotency_key,
        payment.amount_cents,
        payment.currency,
        case payment.purpose when 'diagnostic' then 'Remote car diagnostic' else 'Car repair' end,
        'job_' || payment.id::text,
        a.url,
        a.created_at,
        -- Stripe forgets idempotency keys after 24 hours.
        a.status = 'creating' and a.created_at <= instant - interval '23 hours'
    into strict
        attempt, idempotency_key, amount_cents, currency, description, transfer_group, checkout_url,
        begun_at, look_up
    from app.checkout_attempts as a
    where a.payment_id = payment.id
        and a.status in ('creating', 'open');
end;
$$;
comment on function backend.begin_checkout is
    'The one live attempt at paying the person''s own payment, and its page if there is one. Look up: do '
    'not ask for a page, but see whether one was opened. The caller has verified the person. PT404 if not '
    'theirs, PT409 if it cannot be paid now, PT403 when barred, PT429.';
grant execute on function backend.begin_checkout to backend;
