-- A payment's page is not to be paid any more.

create function app.leave_checkout(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    left_attempt integer;
begin
    for left_attempt in
        update app.checkout_attempts as a
        set status = 'leaving'
        where a.payment_id = leave_checkout.payment_id
            and a.status in ('creating', 'open')
        returning a.attempt
    loop
        perform app.enqueue_job(
            'expire_checkout',
            jsonb_build_object('payment_id', leave_checkout.payment_id, 'attempt', left_attempt)
        );
    end loop;
end;
$$;
comment on function app.leave_checkout is
    'Gives up the live attempt and has its page closed at Stripe, where it could be paid for a day.';
