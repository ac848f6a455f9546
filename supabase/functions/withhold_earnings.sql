-- What a barred mechanic or workshop has earned and not been sent is withheld, not lost.

create function app.withhold_earnings(payee_id uuid, cause_id uuid, payment_id uuid default null)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    select app.move_earnings(
        payee_id, true, 'Withheld', 'withheld:' || cause_id::text, payment_id
    );
$$;
comment on function app.withhold_earnings is
    'Withholds what is payable to a mechanic or workshop; nothing for anybody else. Cause: a restriction '
    'or payment. With a payment: only what that owes, unless an admin has released it.';
