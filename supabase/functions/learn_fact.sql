-- A fact about a payment's money is written down and posted, once.

create function app.learn_fact(
    fact app.money_facts,
    description text,
    referral_description text default null
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    before jsonb := app.begin_posting(fact.payment_id);
begin
    insert into app.money_facts (
        id, kind, payment_id, part, about, refund_id, amount_cents
    ) values (
        fact.id, fact.kind, fact.payment_id, fact.part, fact.about, fact.refund_id,
        fact.amount_cents
    )
    on conflict do nothing;
    if found then
        perform app.post_difference(
            fact.payment_id, before, fact.kind || ':' || fact.id, description, referral_description
        );
        perform app.wake_events(fact.id);
    end if;
end;
$$;
comment on function app.learn_fact is
    'Posts as charge:ch_…, refund:re_… and so on. The same fact in another event changes nothing. The '
    'caller holds app.lock_payment''s locks.';
