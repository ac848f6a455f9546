-- Posts one fact to the ledger, once.

create function app.post_transaction(
    source_key text,
    description text,
    payment_id uuid,
    fee_schedule_version integer,
    postings jsonb,
    currency text
)
    returns boolean
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    posted app.ledger_transactions;
begin
    if not exists (
        select
        from jsonb_to_recordset(post_transaction.postings) as p (amount_cents bigint)
        where p.amount_cents <> 0
    ) then
        return false;
    end if;
    insert into app.ledger_transactions (source_key, description, payment_id, fee_schedule_version)
    values (
        post_transaction.source_key,
        post_transaction.description,
        post_transaction.payment_id,
        post_transaction.fee_schedule_version
    )
    on conflict on constraint a_fact_is_posted_once do nothing
    returning * into posted;
    if not found then
        return false;
    end if;

    -- An entry locks its account. Those of people are locked already, by their payment or payee. Of the
    -- platform's own it locks this connection's part, so whoever has the same part waits here: two
    -- postings then never wait for each other in a circle.
    perform pg_advisory_xact_lock(hashtextextended('app.ledger_shards', app.current_shard()));
    if exists (
        select
        from jsonb_to_recordset(post_transaction.postings)
            as p (account text, owner_id uuid, amount_cents bigint)
        where p.amount_cents <> 0
            and p.owner_id is null
            and not exists (
                select
                from app.ledger_accounts as a
                where a.name = p.account
                    and a.owner_id is null
                    and a.currency = post_transaction.currency
            )
    ) then
        -- An account that is everybody's is opened. Whoever does so is waited for, whichever it is.
        perform pg_advisory_xact_lock(hashtextextended('app.ledger_accounts', 0));
    end if;

    insert into app.ledger_accounts (name, owner_id, currency)
    select p.account, p.owner_id, post_transaction.currency
    from jsonb_to_recordset(post_transaction.postings)
        as p (account text, owner_id uuid, amount_cents bigint)
    where p.amount_cents <> 0
    order by p.account, p.owner_id
    on conflict do nothing;

    insert into app.ledger_entries (
        transaction_id, account_id, account, owner_id, description, amount_cents, currency,
        posted_at, held_until
    )
    select
        posted.id,
        a.id,
        a.name,
        a.owner_id,
        posted.description,
        p.amount_cents,
        a.currency,
        posted.posted_at,
        case
            when a.name like 'payable.%' and p.amount_cents < 0 then (
                -- The same for whatever the payment owes to the payee.
                select max(o.held_until)
                from app.payables as o
                where o.payment_id = posted.payment_id
                    and o.payee_id = a.owner_id
            )
        end
    from jsonb_to_recordset(post_transaction.postings)
        as p (account text, owner_id uuid, amount_cents bigint)
    -- Two searches of the index, for "is not distinct from" is none.
    cross join lateral (
        select o.id, o.name, o.owner_id, o.currency
        from app.ledger_accounts as o
        where o.name = p.account
            and o.owner_id = p.owner_id
            and o.currency = post_transaction.currency
        union all
        select o.id, o.name, o.owner_id, o.currency
        from app.ledger_accounts as o
        where o.name = p.account
            and o.owner_id is null
            and p.owner_id is null
            and o.currency = post_transaction.currency
    ) as a
    where p.amount_cents <> 0
    order by p.account, p.owner_id;
    return true;
end;
$$;
comment on function app.post_transaction is
    'Posts [{account, owner_id, amount_cents}, …], debit positive; opens the accounts that are '
    'missing. False, and nothing done, when nothing moves or the source key was posted before.';
