-- A customer chooses one quote; the others are declined in the same moment. Of two choices at once, one wins.

create function api.approve_quote(quote_id uuid)
    returns uuid
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    quote app.repair_quotes;
    payment_id uuid;
    instant timestamptz := app.current_instant();
begin
    select * into quote
    from app.repair_quotes as q
    where q.id = approve_quote.quote_id
        and q.customer_id = app.current_person_id()
        and q.status <> 'draft';
    if not found then
        raise exception 'no such quote for the caller' using errcode = 'PT404';
    end if;
    perform app.lock_standing('may_continue_work');
    perform
    from app.standings as s
    where s.workshop_id = quote.workshop_id
        and s.suspended_until <= instant
        and s.barred_until <= instant
    for share;
    if not found then
        raise exception 'the workshop takes no work now' using errcode = 'PT409';
    end if;

    -- Whoever decides on this case waits here for the one before.
    perform from app.escalations as e where e.id = quote.escalation_id for update;
    update app.repair_quotes as q
    set status = 'approved',
        decided_at = instant
    where q.id = quote.id
        and q.status = 'sent'
        and q.valid_until > instant;
    if not found then
        raise exception 'the quote is not waiting for an answer' using errcode = 'PT409';
    end if;
    update app.escalations as e
    set status = 'approved'
    where e.id = quote.escalation_id;
    payment_id := app.open_payment('repair', quote.id, quote.customer_id, quote.total_cents);
    update app.offers as o
    set visible_until = 'infinity'
    where o.id = quote.offer_id;
    perform app.lose_offer(o.id, 'declined')
    from app.offers as o
    where o.escalation_id = quote.escalation_id
        and o.id <> quote.offer_id
    order by o.id;
    perform app.tell_workshop(quote.workshop_id, 'quote_approved', quote.id);
    return payment_id;
end;
$$;
comment on function api.approve_quote is
    'Approves a quote that is still valid and declines the others; returns the payment to make. PT404 '
    'if not the caller''s, PT409 when it is not waiting or the workshop takes no work.';
grant execute on function api.approve_quote to customer;
