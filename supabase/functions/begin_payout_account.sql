-- A mechanic or workshop begins to be paid: their account at Stripe, written down before the call.

create function backend.begin_payout_account(
    person_id uuid,
    workshop_id uuid,
    out owner_id uuid,
    out stripe_account_id text,
    out idempotency_key text
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
        and s.barred_until <= app.current_instant()
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
    select a.stripe_account_id, a.idempotency_key
    into strict stripe_account_id, idempotency_key
    from app.connected_accounts as a
    where a.owner_id = begin_payout_account.owner_id;
end;
$$;
comment on function backend.begin_payout_account is
    'The account of the mechanic, or of the advisor''s workshop. The caller has verified the person. '
    'PT404 for anybody else or when barred, PT429.';
grant execute on function backend.begin_payout_account to backend;
