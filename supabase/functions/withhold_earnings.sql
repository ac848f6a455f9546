-- What a barred mechanic or workshop has earned and not been sent is withheld, not lost.

create function app.withhold_earnings(payee_id uuid, cause_id uuid)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    select app.move_earnings(payee_id, true, 'Withheld', 'withheld:' || cause_id::text);
$$;
comment on function app.withhold_earnings is
    'Withholds what is payable to a mechanic or workshop; nothing for anybody else. Cause: a restriction '
    'or payment.';
