-- A Checkout Session has come to its end.

create function app.close_checkout_attempt(payment_id uuid, stripe_session_id text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    -- Stripe may tell the end before the answer that names the session is written down.
    update app.checkout_attempts as a
    set status = 'closed',
        stripe_session_id = close_checkout_attempt.stripe_session_id
    where a.payment_id = close_checkout_attempt.payment_id
        and a.attempt = (
            select c.attempt
            from app.checkout_attempts as c
            where c.payment_id = close_checkout_attempt.payment_id
                and (
                    c.stripe_session_id = close_checkout_attempt.stripe_session_id
                    or c.stripe_session_id is null
                )
            order by c.stripe_session_id nulls last, c.attempt desc
            limit 1
        );
    if not found then
        insert into app.checkout_attempts (payment_id, attempt, status, stripe_session_id)
        select
            close_checkout_attempt.payment_id,
            coalesce(max(c.attempt), 0) + 1,
            'closed',
            close_checkout_attempt.stripe_session_id
        from app.checkout_attempts as c
        where c.payment_id = close_checkout_attempt.payment_id;
    end if;
end;
$$;
comment on function app.close_checkout_attempt is
    'Closes the attempt of this Checkout Session; one that nobody wrote down is written down '
    'closed.';
