-- Calls off an escalation: its payment, its offers and its quotes end with it.

create function app.end_escalation(escalation_id uuid, quote_status text, reason text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.escalations as e
    set status = 'cancelled',
        ended_at = app.current_instant()
    where e.id = end_escalation.escalation_id;
    perform app.undo_payment(p.id, end_escalation.reason)
    from app.payments as p
    inner join app.repair_quotes as q on p.quote_id = q.id
    where q.escalation_id = end_escalation.escalation_id;
    perform app.lose_offer(o.id, end_escalation.quote_status)
    from app.offers as o
    where o.escalation_id = end_escalation.escalation_id
    order by o.id;
end;
$$;
comment on function app.end_escalation is
    'Cancels an escalation that is not done; sent and approved quotes become quote_status. The caller '
    'holds its lock.';
