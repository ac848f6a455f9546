-- Writes down the page that Stripe opened for an attempt.

create function backend.record_checkout(
    payment_id uuid,
    attempt integer,
    stripe_session_id text,
    url text,
    expires_at timestamptz
)
    returns void
    language plpgsql
    volatile
    security definer  -- the service holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    recorded app.checkout_attempts;
begin
    update app.checkout_attempts as a
    set status = case
            when a.status = 'creating' then 'open'
            -- Given up before its page was known.
            when a.stripe_session_id is null then 'leaving'
            else a.status
        end,
        stripe_session_id = record_checkout.stripe_session_id,
        url = record_checkout.url,
        expires_at = record_checkout.expires_at
    where a.payment_id = record_checkout.payment_id
        and a.attempt = record_checkout.attempt
        and coalesce(a.stripe_session_id, record_checkout.stripe_session_id)
            = record_checkout.stripe_session_id
    returning * into recorded;
    if not found then
        raise exception 'no such attempt without another page' using errcode = 'PT409';
    end if;
    if recorded.status = 'leaving' then
        perform app.enqueue_job(
            'expire_checkout',
            jsonb_build_object('payment_id', recorded.payment_id, 'attempt', recorded.attempt)
        );
    end if;
end;
$$;
comment on function backend.record_checkout is
    'Notes an attempt''s Checkout Session; again changes nothing. PT409 if it has another. One '
    'that ended meanwhile stays closed; the page of one that was given up is closed at Stripe.';
grant execute on function backend.record_checkout to backend;
