-- What became of the events that were acknowledged (ids) in a soak.

select
    (
        select count(*)
        from unnest(%(ids)s::text[]) as a (id)
        where not exists (select from app.stripe_events as e where e.id = a.id)
    ) as missing,
    (
        select count(*) from app.stripe_events as e where e.state <> 'done'
    ) + (
        select count(*) from procrastinate.procrastinate_jobs as j where j.status = 'doing'
    ) as unsettled,
    (
        select count(*) from app.ledger_transactions as t where t.source_key like 'payout:%%'
    ) as posted,
    (
        select coalesce(sum(a.balance_cents), 0)::bigint from api.admin_ledger_accounts as a
    ) as trial_balance_cents
