-- Payments that nothing waits for any more, and referrals whose hold has passed.

create function app.expire_overdue_payments()
    returns integer
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    payment_id uuid;
    expired integer := 0;
begin
    for payment_id in
        select p.id
        from app.payments as p
        where p.status in ('pending', 'failed')
            and not app.is_payment_awaited(p.id)
        order by p.id
        for update skip locked
    loop
        perform app.undo_payment(payment_id, 'not paid in time');
        expired := expired + 1;
    end loop;

    update app.referrals
    set status = 'payable'
    where status = 'earned'
        and payable_from <= app.current_instant();
    return expired;
end;
$$;
comment on function app.expire_overdue_payments is
    'Expires unpaid payments of what is over, by the clock; how many. Earned referrals become '
    'payable.';
