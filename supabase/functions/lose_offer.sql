-- An offer ends for its workshop: the case is hidden, the conversation closed, the escalation goes on.

create function app.lose_offer(offer_id uuid, quote_status text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    offer app.offers;
    instant timestamptz := app.current_instant();
begin
    update app.repair_quotes as q
    set status = lose_offer.quote_status,
        decided_at = instant
    where q.offer_id = lose_offer.offer_id
        and q.status in ('sent', 'approved');

    -- visible_until goes on to the case, the thread and its messages by their foreign keys.
    update app.offers as o
    set status = case o.status when 'open' then 'expired' else 'lost' end,
        taken_back_at = case when o.status = 'open' and o.accept_by > instant then instant end,
        visible_until = '-infinity'
    where o.id = lose_offer.offer_id
        and o.status in ('open', 'accepted')
    returning * into offer;
    if not found then
        return;
    end if;

    perform app.close_thread(t.id)
    from app.threads as t
    where t.offer_id = offer.id;
    perform app.tell_workshop(offer.workshop_id, 'offer_' || offer.status, offer.id);
    perform app.settle_escalation(offer.escalation_id);
end;
$$;
comment on function app.lose_offer is
    'An open offer expires, an accepted one is lost; its sent or approved quote becomes quote_status. '
    'The caller holds the escalation.';
