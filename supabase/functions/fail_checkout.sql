-- Stripe opened no page for an attempt: it may be asked again, under another key.

create function backend.fail_checkout(payment_id uuid, attempt integer)
    returns void
    language plpgsql
    volatile
    security definer  -- the service holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    update app.checkout_attempts as a
    set status = 'closed'
    where a.payment_id = fail_checkout.payment_id
        and a.attempt = fail_checkout.attempt
        and a.status = 'creating';
end;
$$;
comment on function backend.fail_checkout is
    'Notes that an attempt came to nothing. One whose page is known stays open.';
grant execute on function backend.fail_checkout to backend;
