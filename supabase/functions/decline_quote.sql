-- A customer turns a quote down; the workshop may make another one in the usual time.

create function api.decline_quote(quote_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    quote app.repair_quotes;
    instant timestamptz := app.current_instant();
begin
    select * into quote
    from app.repair_quotes as q
    where q.id = decline_quote.quote_id
        and q.customer_id = app.current_person_id()
        and q.status <> 'draft';
    if not found then
        raise exception 'no such quote for the caller' using errcode = 'PT404';
    end if;
    perform app.lock_standing('may_continue_work');

    perform from app.escalations as e where e.id = quote.escalation_id for update;
    update app.repair_quotes as q
    set status = 'declined',
        decided_at = instant
    where q.id = quote.id
        and q.status = 'sent'
        and q.valid_until > instant;
    if not found then
        raise exception 'the quote is not waiting for an answer' using errcode = 'PT409';
    end if;
    update app.offers as o
    set quote_by = instant + t.quote_within,
        visible_until = instant + t.quote_within
    from app.settings as t
    where o.id = quote.offer_id;
    perform app.settle_escalation(quote.escalation_id);
    perform app.tell_workshop(quote.workshop_id, 'quote_declined', quote.id);
end;
$$;
comment on function api.decline_quote is
    'Declines a quote that waits for the caller. PT404 if not the caller''s, PT409 not waiting.';
grant execute on function api.decline_quote to customer;
