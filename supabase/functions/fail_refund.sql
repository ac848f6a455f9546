-- Stripe did not make a refund.

create function backend.fail_refund(refund_id uuid, failure text, try_again boolean)
    returns void
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    if try_again then
        update app.refunds as r
        set attempt = r.attempt + 1,
            begun_at = null,
            failure = fail_refund.failure
        where r.id = fail_refund.refund_id
            and r.status = 'approved';
    else
        perform app.note_failed_refund(r.id, r.attempt::text, fail_refund.failure)
        from app.refunds as r
        where r.id = fail_refund.refund_id
            and r.status = 'approved';
    end if;
end;
$$;
comment on function backend.fail_refund is
    'Notes why. Try again: under another key, because the answer of this one was a fault of Stripe''s. '
    'Otherwise the admins are told: api.resend_refunds has it sent again.';
grant execute on function backend.fail_refund to worker;
