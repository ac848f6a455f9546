-- The worker is about to send a payee what is due: written down before Stripe is asked.

create function backend.begin_transfer(payment_id uuid, part text)
    returns table (
        attempt integer,
        idempotency_key text,
        amount_cents bigint,
        currency text,
        destination text,
        source_transaction text,
        transfer_group text,
        look_up boolean
    )
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    payment app.payments;
    payable app.payables;
    account_id text;
    instant timestamptz := app.current_instant();
begin
    payment := app.lock_payment(begin_transfer.payment_id);
    perform app.lock_ledger(payment.id);
    select a.stripe_account_id into account_id
    from app.payables as p
    inner join app.connected_accounts as a on p.payee_id = a.owner_id
    where p.payment_id = payment.id
        and p.part = begin_transfer.part
        and a.transfers = 'active';
    if not exists (
        select
        from app.transfers as t
        where t.payment_id = payment.id
            and t.part = begin_transfer.part
            and t.status = 'creating'
    ) then
        perform app.offset_debts(payment.id, begin_transfer.part);
        select * into payable
        from app.payables as p
        where p.payment_id = payment.id
            and p.part = begin_transfer.part;
        if not coalesce(
            payable.owed_cents > 0
            and payable.held_until <= instant
            and payable.withheld_at is null
            and not payable.is_disputed
            and coalesce(payable.refund_asked_until <= instant, true)
            and account_id is not null,
            false
        ) then
            return;
        end if;
        insert into app.transfers (payment_id, part, attempt, amount_cents, destination)
        select
            payment.id,
            begin_transfer.part,
            coalesce(max(t.attempt), 0) + 1,
            payable.owed_cents,
            account_id
        from app.transfers as t
        where t.payment_id = payment.id
            and t.part = begin_transfer.part;
    end if;

    return query
    select
        t.attempt,
        t.idempotency_key,
        t.amount_cents,
        payment.currency,
        t.destination,
        (
            select f.id
            from app.money_facts as f
            where f.payment_id = payment.id
                and f.kind = 'charge'
            order by f.learned_at, f.id
            limit 1
        ),
        'job_' || payment.id::text,
        -- Stripe forgets idempotency keys after 24 hours; and what must not be sent any more is not.
        t.created_at <= instant - interval '23 hours'
        or p.withheld_at is not null
        or p.is_disputed
        or coalesce(p.refund_asked_until > instant, false)
        or account_id is distinct from t.destination
    from app.transfers as t
    inner join app.payables as p on t.payment_id = p.payment_id and t.part = p.part
    where t.payment_id = payment.id
        and t.part = begin_transfer.part
        and t.status = 'creating';
end;
$$;
comment on function backend.begin_transfer is
    'The one live transfer of a payable, for the worker to make; nothing while none is due: earned, '
    'past its hold, not disputed, no refund asked for, not withheld, to an active account. Look up: do not '
    'send it, but see whether it was sent.';
grant execute on function backend.begin_transfer to worker;
