-- Stripe did not make a refund.

create function backend.fail_refund(refund_id uuid, failure text, try_again boolean)
    returns void
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    update app.refunds as r
    set status = case when try_again then 'approved' else 'failed' end,
        attempt = case when try_again then r.attempt + 1 else r.attempt end,
        begun_at = case when try_again then null else r.begun_at end,
        failure = fail_refund.failure
    where r.id = fail_refund.refund_id
        and r.status = 'approved';
end;
$$;
comment on function backend.fail_refund is
    'Notes why. Try again: under another key, because the answer of this one was a fault of Stripe''s. '
    'Otherwise an admin has to look at it.';
grant execute on function backend.fail_refund to worker;
