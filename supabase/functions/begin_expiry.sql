-- The worker is about to close a page that is not to be paid any more.

create function backend.begin_expiry(
    inout payment_id uuid,
    inout attempt integer,
    out stripe_session_id text,
    out begun_at timestamptz
)
    returns setof record
    language plpgsql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    return query
    select a.payment_id, a.attempt, a.stripe_session_id, a.created_at
    from app.checkout_attempts as a
    where a.payment_id = begin_expiry.payment_id
        and a.attempt = begin_expiry.attempt
        and a.status = 'leaving';
end;
$$;
comment on function backend.begin_expiry is
    'The attempt and its Checkout Session, for the worker to close; nothing if that is done. Without a '
    'session: see whether one was opened.';
grant execute on function backend.begin_expiry to worker;
