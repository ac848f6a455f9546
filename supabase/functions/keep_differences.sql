-- Where Stripe and the ledger differ is kept, for an admin to read.

create function backend.keep_differences(differences jsonb)
    returns void
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    delete from app.ledger_differences as d
    where not exists (
        select
        from jsonb_to_recordset(keep_differences.differences)
            as f (source_key text, stripe_id text, currency text)
        where f.source_key = d.source_key
            and f.stripe_id is not distinct from d.stripe_id
            and f.currency = d.currency
    );
    update app.ledger_differences as d
    set stripe_cents = f.stripe_cents,
        ledger_cents = f.ledger_cents
    from jsonb_to_recordset(keep_differences.differences) as f (
        source_key text, stripe_id text, stripe_cents bigint, ledger_cents bigint, currency text
    )
    where f.source_key = d.source_key
        and f.stripe_id is not distinct from d.stripe_id
        and f.currency = d.currency;
    insert into app.ledger_differences (
        source_key, stripe_id, stripe_cents, ledger_cents, currency
    )
    select f.source_key, f.stripe_id, f.stripe_cents, f.ledger_cents, f.currency
    from jsonb_to_recordset(keep_differences.differences) as f (
        source_key text, stripe_id text, stripe_cents bigint, ledger_cents bigint, currency text
    )
    on conflict do nothing;
    if found then
        perform app.tell_admins('ledger_differs', null);
    end if;
end;
$$;
comment on function backend.keep_differences is
    'Replaces what differed before by what differs now (source_key, stripe_id, stripe_cents, '
    'ledger_cents, currency), and tells the admins if any of it is new.';
grant execute on function backend.keep_differences to worker;
