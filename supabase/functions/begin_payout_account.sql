-- A mechanic or workshop begins to be paid: their account at Stripe, written down before the call.

create function backend.begin_payout_account(
    person_id uuid,
    workshop_id uuid,
    out owner_id uuid,
    out stripe_account_id text,
    out attempt integer,
    out idempotency_key text,
    out begun_at timestamptz,
    out look_up boolean
)
    language plpgsql
    volatile
    security definer  -- the service holds no grant on tables; this is the only way
    set search_path = ''
as $$
declare
    kind text;
begin
    select case p.persona when 'mechanic' then 'mechanic' else 'workshop' end into kind
    from app.people as p
    inner join app.standings as s on p.id = s.person_id
    where p.id = begin_payout_account.person_id
        and (s.barred_until <= app.current_instant() or s.barred_from > app.current_instant())
        and case p.persona
            when 'mechanic' then begin_payout_account.workshop_id is null
            when 'workshop' then exists (
                select
                from app.workshop_members as m
                where m.person_id = p.id
                    and m.workshop_id = begin_payout_account.workshop_id
                    and m.removed_at is null
            )
            else false
        end
    for share of s;
    if not found then
        raise exception 'no such payee' using errcode = 'PT404';
    end if;
    perform app.take_limit('open_payout_account', begin_payout_account.person_id);

    owner_id := coalesce(begin_payout_account.workshop_id, begin_payout_account.person_id);
    insert into app.connected_accounts (owner_id, owner_kind)
    values (begin_payout_account.owner_id, kind)
    on conflict do nothing;
    update app.connected_accounts as a
    set begun_at = coalesce(a.begun_at, app.current_instant())
    where a.owner_id = begin_payout_account.owner_id
    returning
        case when a.disconnected_at is null then a.stripe_account_id end,
        a.attempt,
        a.idempotency_key,
        a.begun_at,
        -- Stripe forgets idempotency keys after 24 hours.
        a.begun_at <= app.current_instant() - interval '23 hours'
    into strict stripe_account_id, attempt, idempotency_key, begun_at, look_up;
end;
$$;
comment on function backend.begin_payout_account is
    'The account of the mechanic, or of the advisor''s workshop; none if it is disconnected. The caller has '
    'verified the person. Look up: do not ask for it, but see whether it was opened. PT404 for anybody else '
    'or when barred, PT429.';
grant execute on function backend.begin_payout_account to backend;
