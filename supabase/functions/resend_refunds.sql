-- An admin has refunds that failed sent again.

create function api.resend_refunds(payment_id uuid, reason text)
    returns integer
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    resent_id uuid;
    resent integer := 0;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' then
        raise exception 'a reason is needed' using errcode = 'PT422';
    end if;
    perform app.lock_payment(resend_refunds.payment_id);
    for resent_id in
        update app.refunds as r
        set status = 'approved',
            attempt = r.attempt + 1,
            begun_at = null,
            failure = null
        where r.payment_id = resend_refunds.payment_id
            and r.status = 'failed'
        returning r.id
    loop
        perform app.enqueue_job('send_refund', jsonb_build_object('refund_id', resent_id));
        resent := resent + 1;
    end loop;
    if resent = 0 then
        raise exception 'no refund of such a payment has failed' using errcode = 'PT404';
    end if;
    perform app.log_action(
        'resend_refunds', 'payment', resend_refunds.payment_id, reason,
        jsonb_build_object('refunds', resent)
    );
    return resent;
end;
$$;
comment on function api.resend_refunds is
    'Asks Stripe once more, under another key, for each refund of the payment that failed; returns how '
    'many. Tell the customer first to have their card mended: money goes back to where it came from. PT404 '
    'if none failed, PT422 without a reason, PT403 for a dismissed or suspended admin.';
grant execute on function api.resend_refunds to platform_admin;
