-- What a barred mechanic has earned and not been sent is withheld, not lost.

create function app.withhold_earnings(mechanic_id uuid, cause_id uuid)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    select app.move_earnings(mechanic_id, true, 'Withheld', 'withheld:' || cause_id::text);
$$;
comment on function app.withhold_earnings is
    'Withholds what is payable to a mechanic; nothing for anybody else. Cause: a restriction or '
    'payment.';
