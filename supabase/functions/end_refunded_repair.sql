-- A repair that is paid, not done, and all given back: nobody works on it any more.

create function app.end_refunded_repair(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    escalation app.escalations;
    referred_by uuid;
begin
    select e.* into escalation
    from app.payments as p
    inner join app.repair_quotes as q on p.quote_id = q.id
    inner join app.escalations as e on q.escalation_id = e.id
    where p.id = end_refunded_repair.payment_id
        and e.status = 'paid'
        and app.refundable_cents(p.id) = 0;
    if not found then
        return;
    end if;

    -- The quote stays paid, as the workshop's own record; that it was given back stands by its payment.
    perform app.end_escalation(escalation.id, 'withdrawn', 'refunded');
    delete from app.contact_releases as c
    using app.offers as o
    where c.offer_id = o.id
        and o.escalation_id = escalation.id;
    update app.referrals as r
    set status = 'reversed'
    where r.escalation_id = escalation.id
    returning r.mechanic_id into referred_by;
    perform app.tell(escalation.customer_id, 'escalation_cancelled', escalation.id);
    if referred_by is not null then
        perform app.tell(referred_by, 'referral_reversed', escalation.id);
    end if;
end;
$$;
comment on function app.end_refunded_repair is
    'Cancels the escalation, loses the offer (which frees its bay, hides the case and a released number and '
    'closes the thread) and reverses the referral; nothing for any other payment. The caller holds '
    'app.lock_payment''s locks.';
