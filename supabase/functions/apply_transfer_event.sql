-- A transfer: money went to a payee, or came back from one.

create function app.apply_transfer_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    payment app.payments := app.event_payment(event);
    transfer app.transfers;
    reversal jsonb;
begin
    select * into transfer
    from app.transfers as t
    where t.payment_id = payment.id
        and t.part = object #>> '{metadata,part}'
        and t.attempt::text = object #>> '{metadata,attempt}';
    -- Transfers are written down before the call: one that is not here is not ours.
    if not found then
        event.reason := 'transfer';
    elsif object -> 'amount' is distinct from to_jsonb(transfer.amount_cents) then
        event.reason := 'amount';
    elsif object ->> 'currency' is distinct from payment.currency then
        event.reason := 'currency';
    elsif object ->> 'destination' is distinct from transfer.destination then
        event.reason := 'account';
    end if;
    if event.reason is not null then
        event.state := 'quarantined';
        return event;
    end if;
    if event.type = 'transfer.updated' then
        return event;
    end if;

    perform app.lock_ledger(payment.id);
    update app.transfers as t
    set status = 'sent',
        stripe_transfer_id = object ->> 'id'
    where t.payment_id = transfer.payment_id
        and t.part = transfer.part
        and t.attempt = transfer.attempt;
    perform app.learn_fact(
        row(
            object ->> 'id', 'transfer', payment.id, transfer.part, null, null,
            transfer.amount_cents, null
        ),
        'Sent',
        'Sent'
    );
    for reversal in
        select r
        from jsonb_array_elements(coalesce(object #> '{reversals,data}', '[]')) as r
    loop
        perform app.learn_fact(
            row(
                reversal ->> 'id', 'transfer_reversal', payment.id, transfer.part, object ->> 'id',
                null, (reversal ->> 'amount')::bigint, null
            ),
            'Taken back',
            'Taken back'
        );
    end loop;
    if object #> '{reversals,has_more}' = 'true'
        and (object ->> 'amount_reversed')::bigint is distinct from (
            select sum(f.amount_cents)::bigint
            from app.money_facts as f
            where f.payment_id = payment.id
                and f.about = object ->> 'id'
        )
    then
        event.state := 'waiting';
        event.reason := 'reversals';
        event.awaits := object ->> 'id';
    end if;
    return event;
end;
$$;
comment on function app.apply_transfer_event is
    'Posts the transfer and each of its reversals. A reversal tells of its transfer too.';
