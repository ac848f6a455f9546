-- The refund policy that a payment is under.

create function app.refund_policy_of(payment app.payments)
    returns app.refund_policies
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    policy app.refund_policies;
begin
    select r.* into strict policy
    from app.refund_policies as r
    where r.effective_from <= payment.paid_at
    order by r.version desc
    limit 1;
    return policy;
end;
$$;
comment on function app.refund_policy_of is 'The newest that was in force when the payment was made.';
