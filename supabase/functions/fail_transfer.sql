-- Stripe did not make a transfer: it may be tried again later, under another key.

create function backend.fail_transfer(
    payment_id uuid, part text, attempt integer, failure text, retry_after interval
)
    returns void
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    payment app.payments;
begin
    payment := app.lock_payment(fail_transfer.payment_id);
    perform app.lock_ledger(payment.id);
    update app.transfers as t
    set status = 'failed',
        failure = fail_transfer.failure,
        retry_at = app.current_instant() + fail_transfer.retry_after
    where t.payment_id = payment.id
        and t.part = fail_transfer.part
        and t.attempt = fail_transfer.attempt
        and t.status = 'creating';
    if found then
        -- A ban meanwhile left alone what seemed to be on its way.
        perform app.withhold_earnings(p.payee_id, gen_random_uuid(), payment.id)
        from app.payables as p
        inner join app.standings as s on p.payee_id = s.holder_id
        where p.payment_id = payment.id
            and p.part = fail_transfer.part
            and s.barred_until > app.current_instant()
            and s.barred_from <= app.current_instant();
    end if;
end;
$$;
comment on function backend.fail_transfer is
    'Notes that an attempt came to nothing, and when the next may be made.';
grant execute on function backend.fail_transfer to worker;
