-- Stores an event as Stripe sent it, and queues its application in the same transaction.

create function backend.record_stripe_event(
    event_id text,
    raw bytea,
    out state text,
    out reason text
)
    language plpgsql
    volatile
    security definer  -- the service holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    handled constant text[] := array[
        'checkout.session.completed',
        'checkout.session.async_payment_succeeded',
        'checkout.session.async_payment_failed',
        'checkout.session.expired',
        'payment_intent.succeeded',
        'payment_intent.payment_failed',
        'charge.succeeded',
        'charge.updated',
        'charge.dispute.created',
        'charge.dispute.updated',
        'charge.dispute.funds_withdrawn',
        'charge.dispute.funds_reinstated',
        'charge.dispute.closed',
        'refund.created',
        'refund.updated',
        'refund.failed',
        'transfer.created',
        'transfer.updated',
        'transfer.reversed',
        'payout.created',
        'payout.paid',
        'payout.failed',
        'payout.canceled',
        'payout.reconciliation_completed',
        'radar.early_fraud_warning.created'
    ];
    -- Of the second form, which has no version.
    handled_thin constant text[] := array[
        'v2.core.health.event_generation_failure.resolved'
    ];
    handled_of_accounts constant text[] := array[
        'account.updated',
        'account.application.deauthorized',
        'capability.updated',
        'payout.created',
        'payout.paid',
        'payout.failed',
        'payout.canceled'
    ];
    kind text;
    created_at timestamptz;
    account text;
    is_live json;
    event_version text;
    live_payments boolean;
    api_version text;
begin
    state := 'pending';
    begin
        -- Read once and not taken apart, which is for apply_stripe_event and costs more than all the rest.
        select
            e.type,
            -- Events of the second form tell a date, not seconds.
            case json_typeof(e.created)
                when 'string' then (e.created #>> '{}')::timestamptz
                else to_timestamp((e.created #>> '{}')::bigint)
            end,
            e.account, e.livemode, e.api_version
        into kind, created_at, account, is_live, event_version
        from json_to_record(convert_from(record_stripe_event.raw, 'UTF8')::json)
            as e (type text, created json, account text, livemode json, api_version text);
    exception
        -- JSON allows what PostgreSQL does not hold: \u0000, lone surrogates, NaN, great depth.
        when data_exception or program_limit_exceeded then
            state := 'quarantined';
            reason := 'body';
    end;

    select s.live_payments, s.stripe_api_version into live_payments, api_version
    from app.settings as s;
    if state = 'quarantined' then
        null;  -- who cannot be read is not judged
    elsif not coalesce(
        kind = any(handled) or kind = any(handled_of_accounts) or kind = any(handled_thin), false
    ) then
        state := 'ignored';
        reason := 'type';
    elsif is_live::text is distinct from live_payments::text then
        state := 'ignored';
        reason := 'livemode';
    elsif kind <> all(handled_thin)
        and event_version is distinct from api_version
    then
        state := 'quarantined';
        reason := 'version';
    elsif account is null and kind <> all(handled || handled_thin)
        or account is not null and (
            kind <> all(handled_of_accounts)
            or not exists (
                select
                from app.connected_accounts as a
                where a.stripe_account_id = account
            )
        )
    then
        -- Of an account that we do not know, or what such an account has none of.
        state := 'quarantined';
        reason := 'account';
    end if;

    insert into app.stripe_events (id, type, raw, created_at, state, reason)
    values (
        record_stripe_event.event_id,
        coalesce(kind, 'unknown'),
        record_stripe_event.raw,
        created_at,
        state,
        reason
    )
    on conflict do nothing;
    if not found then
        update app.stripe_events as e
        set deliveries = e.deliveries + 1
        where e.id = record_stripe_event.event_id
        returning e.state, e.reason into state, reason;
    elsif state = 'pending' then
        perform app.enqueue_job(
            'apply_stripe_event', jsonb_build_object('event_id', record_stripe_event.event_id)
        );
    end if;
end;
$$;
comment on function backend.record_stripe_event is
    'Stores an event whose signature was verified; returns its state, and why where it is not to be '
    'applied. Delivered again, it is counted and nothing else happens. Types that need no action are '
    'ignored; a body that jsonb refuses is quarantined.';
grant execute on function backend.record_stripe_event to backend, worker;
