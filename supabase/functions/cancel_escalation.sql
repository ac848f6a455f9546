-- A customer wants no workshop any more, before a repair is paid.

create function api.cancel_escalation(escalation_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    escalation app.escalations;
begin
    perform app.lock_standing('may_continue_work');
    select * into escalation
    from app.escalations as e
    where e.id = cancel_escalation.escalation_id
        and e.customer_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such escalation of the caller' using errcode = 'PT404';
    end if;
    if escalation.status not in ('matching', 'offered', 'accepted', 'quoted', 'approved') then
        raise exception 'the escalation can no longer be cancelled' using errcode = 'PT409';
    end if;
    perform app.end_escalation(escalation.id, 'withdrawn', 'cancelled by the customer');
end;
$$;
comment on function api.cancel_escalation is
    'Cancels the caller''s escalation; workshops lose the case. PT404 if not the caller''s, PT409 once paid.';
grant execute on function api.cancel_escalation to customer;
