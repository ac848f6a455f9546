-- A payout to a bank. The ledger follows the platform's own; a payee's is theirs.

create function app.apply_payout_event(event app.parsed_event)
    returns app.parsed_event
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    object jsonb := event.payload #> '{data,object}';
    account_id text := event.payload ->> 'account';
    before app.payouts;
    payout app.payouts;
begin
    insert into app.payouts (id, stripe_account_id, amount_cents, currency)
    values (
        object ->> 'id', account_id, (object ->> 'amount')::bigint, object ->> 'currency'
    )
    on conflict do nothing
    returning * into before;
    if not found then
        select * into strict before
        from app.payouts as p
        where p.id = object ->> 'id'
        for update;
    elsif account_id is null then
        -- It was made before whatever else is told of it.
        perform app.post_payout(null, before);
    end if;
    update app.payouts as p
    set paid_at = case
            when event.type = 'payout.paid' then coalesce(p.paid_at, app.current_instant())
            else p.paid_at
        end,
        failed_at = case
            when event.type in ('payout.failed', 'payout.canceled')
                then coalesce(p.failed_at, app.current_instant())
            else p.failed_at
        end,
        failure = coalesce(object ->> 'failure_code', p.failure)
    where p.id = object ->> 'id'
    returning * into payout;

    if account_id is null then
        perform app.post_payout(before, payout);
    end if;
    return event;
end;
$$;
comment on function app.apply_payout_event is
    'Posts a payout of the platform''s: on its way, in the bank, or back, in whatever order it is '
    'told. One of a payee''s account is noted and never posted.';
