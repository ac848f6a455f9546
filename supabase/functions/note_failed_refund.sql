-- A refund came to nothing, and does not go on by itself.

create function app.note_failed_refund(refund_id uuid, attempt text, failure text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    failed app.refunds;
begin
    update app.refunds as r
    set status = 'failed',
        failure = coalesce(note_failed_refund.failure, r.failure)
    where r.id = note_failed_refund.refund_id
        and r.attempt::text = note_failed_refund.attempt
        and r.status <> 'failed'
    returning * into failed;
    if found then
        perform app.tell_admins('refund_failed', failed.payment_id);
    end if;
end;
$$;
comment on function app.note_failed_refund is
    'Marks the attempt at it that is under way as failed, once, and tells the admins, who may have it sent '
    'again.';
