-- An admin has looked at a charge that a bank suspects: what it earned may be sent on.

create function api.settle_fraud_warning(warning_id text, reason text)
    returns void
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    warning app.fraud_warnings;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' then
        raise exception 'a reason is needed' using errcode = 'PT422';
    end if;
    select * into warning
    from app.fraud_warnings as w
    where w.id = settle_fraud_warning.warning_id
        and w.settled_at is null;
    if not found then
        raise exception 'no such warning to settle' using errcode = 'PT404';
    end if;
    perform app.lock_payment(warning.payment_id);
    perform app.lock_ledger(warning.payment_id);
    update app.fraud_warnings as w
    set settled_at = app.current_instant()
    where w.id = warning.id;
    perform app.recount_payables(warning.payment_id);
    perform app.log_action(
        'settle_fraud_warning', 'payment', warning.payment_id, reason,
        jsonb_build_object('warning_id', warning.id)
    );
end;
$$;
comment on function api.settle_fraud_warning is
    'Lets what a suspected charge earned be sent again. PT404 if there is no such open warning, PT422 '
    'without a reason, PT403 for a dismissed admin.';
grant execute on function api.settle_fraud_warning to platform_admin;
