-- An admin gathers what speaks to a disputed payment into one document, and says why.

create function api.gather_evidence(payment_id uuid, purpose text)
    returns jsonb
    language plpgsql
    volatile
    security definer  -- it reads what was said, of a disputed payment alone, and it is logged
    set search_path = ''
as $$
declare
    payment app.payments;
begin
    perform app.lock_standing('may_take_work');
    if length(coalesce(purpose, '')) < 10 then
        raise exception 'a purpose of ten characters or more is needed' using errcode = 'PT422';
    end if;
    select p.* into payment
    from app.payments as p
    where p.id = gather_evidence.payment_id
        and exists (
            select
            from app.disputes as d
            where d.payment_id = p.id
                and d.is_open
        );
    if not found then
        raise exception 'no such payment in dispute' using errcode = 'PT404';
    end if;
    perform app.log_action('gather_evidence', 'payment', payment.id, purpose);
    return jsonb_build_object('gathered_at', app.current_instant())
        || app.evidence_of_money(payment)
        || app.evidence_of_work(payment)
        || app.evidence_of_words(payment);
end;
$$;
comment on function api.gather_evidence is
    'Evidence for a payment whose dispute is open: money, work, quote, authorisation, what was said as '
    'delivered, what the customer did. Nobody is named, and no contact data stand in it. The audit log says '
    'who gathered it. PT404 unless a dispute of the payment is open, PT422 without a purpose, PT403 for a '
    'dismissed admin.';
grant execute on function api.gather_evidence to platform_admin;
