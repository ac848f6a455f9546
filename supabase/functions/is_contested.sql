-- Whether a bank is deciding on a payment.

create function app.is_contested(payment_id uuid)
    returns boolean
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return exists (
        select
        from app.disputes as d
        where d.payment_id = is_contested.payment_id
            and d.is_open
            -- An inquiry decides nothing: a refund may end it.
            and d.status not like 'warning\_%'
    );
end;
$$;
comment on function app.is_contested is 'A dispute is open, and it is more than an inquiry.';
