-- Nobody has to decide on a refund any more: all is owed back anyway, or a bank decides.

create function app.supersede_refund_request(payment_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.refund_requests as r
    set status = 'superseded',
        settled_at = app.current_instant()
    where r.payment_id = supersede_refund_request.payment_id
        and r.status = 'open';
end;
$$;
comment on function app.supersede_refund_request is
    'Ends the open request about the payment, if there is one. The caller holds the payment.';
