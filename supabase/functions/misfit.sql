-- Why one of Stripe's objects is not about this payment of ours.

create function app.misfit(payment app.payments, amount jsonb, currency text)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select case
        -- Payments are opened before Stripe hears of them: one that is not here never comes.
        when payment.id is null then 'payment'
        when amount is distinct from to_jsonb(payment.amount_cents) then 'amount'
        when misfit.currency is distinct from payment.currency then 'currency'
    end;
$$;
comment on function app.misfit is 'payment, amount or currency; null if all three are ours.';
