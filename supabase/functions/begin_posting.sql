-- Before a fact about a payment is written down: the locks, and the position as it stands.

create function app.begin_posting(payment_id uuid)
    returns jsonb
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform app.lock_ledger(begin_posting.payment_id);
    return (
        select coalesce(jsonb_agg(to_jsonb(p)), '[]')
        from app.payment_position(begin_posting.payment_id) as p
        where p.amount_cents <> 0
    );
end;
$$;
comment on function app.begin_posting is
    'The payment''s position, for app.post_difference. The caller holds app.lock_payment''s locks.';
