-- A workshop sends its draft: the customer reads it in their conversation, an earlier quote is replaced.

create function api.send_quote(quote_id uuid)
    returns timestamptz
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
    where q.id = send_quote.quote_id
        and q.workshop_id = any(app.member_workshop_ids());
    if not found then
        raise exception 'no such quote of the caller''s workshops' using errcode = 'PT404';
    end if;
    perform app.lock_standing(app.needed_to_quote(quote.offer_id), quote.workshop_id);

    perform
    from app.escalations as e
    where e.id = quote.escalation_id
        and e.status in ('accepted', 'quoted')
    for update;
    if not found then
        raise exception 'the case takes no quotes' using errcode = 'PT409';
    end if;
    if not exists (
        select
        from app.offers as o
        where o.id = quote.offer_id
            and o.visible_until > instant
    ) then
        raise exception 'the case takes no quotes' using errcode = 'PT409';
    end if;

    update app.repair_quotes as q
    set status = 'superseded',
        decided_at = instant
    where q.offer_id = quote.offer_id
        and q.status = 'sent';
    update app.repair_quotes as q
    set status = 'sent',
        sent_at = instant,
        valid_until = instant + t.quote_valid_for
    from app.settings as t
    where q.id = quote.id
        and q.status = 'draft'
    returning q.* into quote;
    if not found then
        raise exception 'the quote is not a draft' using errcode = 'PT409';
    end if;
    update app.repair_quote_items as i
    set customer_id = quote.customer_id
    where i.quote_id = quote.id;
    update app.offers as o
    set visible_until = quote.valid_until
    where o.id = quote.offer_id;

    perform app.settle_escalation(quote.escalation_id);
    perform app.post_message(
        t.id,
        'workshop',
        app.current_person_id(),
        'quote',
        format(
            'Quote %s: %s %s',
            quote.version,
            to_char(quote.total_cents / 100.0, 'FM999,990.00'),
            upper(quote.currency)
        ),
        quote.id
    )
    from app.threads as t
    where t.offer_id = quote.offer_id;
    perform app.tell(quote.customer_id, 'quote_received', quote.id);
    return quote.valid_until;
end;
$$;
comment on function api.send_quote is
    'Sends a draft to the customer as a message in their thread; returns until when it is valid. PT403 '
    'suspended (first quote) or barred, PT404 not the caller''s, PT409 no draft, or too late.';
grant execute on function api.send_quote to workshop;
