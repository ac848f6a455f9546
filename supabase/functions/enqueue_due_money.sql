-- Money that is to move by now: refunds, what payees were sent too much, and what is due to them; and
-- pages that are not to be paid any more.

create function backend.enqueue_due_money()
    returns integer
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    due record;
    queued integer := 0;
    instant timestamptz := app.current_instant();
begin
    for due in
        select d.task_name, d.arguments
        from (
            select
                'send_refund' as task_name,
                jsonb_build_object('refund_id', r.id) as arguments
            from app.refunds as r
            where r.status = 'approved'
            union all
            select
                case when p.owed_cents < 0 then 'reverse_transfer' else 'send_transfer' end,
                jsonb_build_object('payment_id', p.payment_id, 'part', p.part)
            from app.payables as p
            left join app.connected_accounts as a on p.payee_id = a.owner_id
            where p.owed_cents < 0
                and p.sent_cents > p.returned_cents
                and not exists (
                    select
                    from app.transfer_reversals as r
                    where r.payment_id = p.payment_id
                        and r.part = p.part
                        and r.retry_at > instant
                )
                or p.owed_cents > 0
                and p.held_until <= instant
                and p.withheld_at is null
                and not p.is_disputed
                and coalesce(p.refund_asked_until <= instant, true)
                and a.transfers = 'active'
                and not exists (
                    select
                    from app.transfers as t
                    where t.payment_id = p.payment_id
                        and t.part = p.part
                        and t.retry_at > instant
                )
            union all
            -- What was begun is seen through, whether or not it is still due.
            select
                'send_transfer',
                jsonb_build_object('payment_id', t.payment_id, 'part', t.part)
            from app.transfers as t
            where t.status = 'creating'
            union all
            select
                'reverse_transfer',
                jsonb_build_object('payment_id', r.payment_id, 'part', r.part)
            from app.transfer_reversals as r
            where r.status = 'creating'
            union all
            select
                'expire_checkout',
                jsonb_build_object('payment_id', c.payment_id, 'attempt', c.attempt)
            from app.checkout_attempts as c
            where c.status = 'leaving'
        ) as d
        where not exists (
            select
            from procrastinate.procrastinate_jobs as j
            where j.task_name = d.task_name
                and j.args = d.arguments
                and j.status in ('todo', 'doing')
        )
        group by d.task_name, d.arguments
        limit 1000
    loop
        perform app.enqueue_job(due.task_name, due.arguments);
        queued := queued + 1;
    end loop;
    return queued;
end;
$$;
comment on function backend.enqueue_due_money is
    'Queues what is due and has no job; how many. The jobs decide again, under the locks.';
grant execute on function backend.enqueue_due_money to worker;
