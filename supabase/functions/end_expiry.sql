-- A page that was left cannot be paid any more.

create function backend.end_expiry(payment_id uuid, attempt integer)
    returns void
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    update app.checkout_attempts as a
    set status = 'closed'
    where a.payment_id = end_expiry.payment_id
        and a.attempt = end_expiry.attempt
        and a.status = 'leaving';
end;
$$;
comment on function backend.end_expiry is
    'Notes that Stripe closed the page of an attempt, or opened none for it.';
grant execute on function backend.end_expiry to worker;
