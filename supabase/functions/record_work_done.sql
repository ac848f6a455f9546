-- The work that a payment is for is done.

create function app.record_work_done(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform app.lock_payment(record_work_done.payment_id);
    update app.payments as p
    set work_done_at = app.current_instant()
    where p.id = record_work_done.payment_id
        and p.work_done_at is null;
    perform app.post_earnings(record_work_done.payment_id);
end;
$$;
comment on function app.record_work_done is
    'Notes that the work is done, once; what is earned is posted now, or when the money is in.';
