-- A workshop takes back a quote that the customer has not decided on.

create function api.withdraw_quote(quote_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- workshops hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    quote app.repair_quotes;
    instant timestamptz := app.current_instant();
begin
    select * into quote
    from app.repair_quotes as q
    where q.id = withdraw_quote.quote_id
        and q.workshop_id = any(app.member_workshop_ids());
    if not found then
        raise exception 'no such quote of the caller''s workshops' using errcode = 'PT404';
    end if;
    perform app.lock_standing('may_continue_work', quote.workshop_id);

    perform from app.escalations as e where e.id = quote.escalation_id for update;
    update app.repair_quotes as q
    set status = 'withdrawn',
        decided_at = instant
    where q.id = quote.id
        and q.status = 'sent'
        and q.valid_until > instant;
    if not found then
        raise exception 'the quote is not waiting for an answer' using errcode = 'PT409';
    end if;
    -- Another quote is due when the first was; after that, the case is given up with the quote.
    update app.offers as o
    set visible_until = o.quote_by
    where o.id = quote.offer_id;
    perform app.settle_escalation(quote.escalation_id);
    perform app.lose_offer(o.id, 'withdrawn')
    from app.offers as o
    where o.id = quote.offer_id
        and o.quote_by <= instant;
    perform app.tell(quote.customer_id, 'quote_withdrawn', quote.id);
end;
$$;
comment on function api.withdraw_quote is
    'Withdraws a quote that waits for the customer. Past the time to quote, the offer is lost with it. '
    'PT403 barred, PT404 not the caller''s, PT409 not waiting.';
grant execute on function api.withdraw_quote to workshop;
