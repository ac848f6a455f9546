-- Moves what a mechanic or workshop is owed between being payable and being withheld.

create function app.move_earnings(
    payee_id uuid,
    to_withhold boolean,
    description text,
    source_key text,
    payment_id uuid default null
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    moved record;
    origin text := case when to_withhold then 'payable.' else 'withheld.' end;
    target text := case when to_withhold then 'withheld.' else 'payable.' end;
begin
    perform app.lock_payee(move_earnings.payee_id);
    if to_withhold and move_earnings.payment_id is null then
        -- A new bar: what is on its way is withheld too, should it come to nothing.
        update app.payables as p
        set released_at = null
        where p.payee_id = move_earnings.payee_id
            and p.released_at is not null;
    end if;
    for moved in
        with marked as (
            update app.payables as p
            set withheld_at = case when to_withhold then app.current_instant() end,
                released_at = case
                    when not to_withhold and p.owed_cents > 0 then app.current_instant()
                end
            where p.payee_id = move_earnings.payee_id
                and (p.withheld_at is null) = to_withhold
                and (
                    move_earnings.payment_id is null
                    or p.payment_id = move_earnings.payment_id and p.released_at is null
                )
                -- What is on its way is sent, not withheld.
                and not exists (
                    select
                    from app.transfers as t
                    where t.payment_id = p.payment_id
                        and t.part = p.part
                        and t.status = 'creating'
                )
            returning p.payee_kind, p.currency, greatest(p.owed_cents, 0) as cents
        )
        select m.payee_kind, m.currency, sum(m.cents)::bigint as cents
        from marked as m
        group by m.payee_kind, m.currency
        order by m.currency
    loop
        perform app.post_transaction(
            move_earnings.source_key || ':' || moved.currency,
            move_earnings.description,
            null,
            null,
            jsonb_build_array(
                jsonb_build_object(
                    'account', origin || moved.payee_kind,
                    'owner_id', move_earnings.payee_id,
                    'amount_cents', moved.cents
                ),
                jsonb_build_object(
                    'account', target || moved.payee_kind,
                    'owner_id', move_earnings.payee_id,
                    'amount_cents', -moved.cents
                )
            ),
            moved.currency
        );
    end loop;
end;
$$;
comment on function app.move_earnings is
    'Marks all that a mechanic or workshop is owed as withheld, or not, and moves it in the ledger, once a source '
    'key. Locks accounts of the ledger, so it is called last.';
