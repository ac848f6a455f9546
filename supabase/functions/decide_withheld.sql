-- An admin decides on what is withheld from a barred mechanic or workshop: released to them, or forfeited.

create function api.decide_withheld(payee_id uuid, decision text, reason text)
    returns bigint
    language plpgsql
    volatile
    security definer  -- admins hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    decision_id uuid := gen_random_uuid();
    withheld_cents bigint;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(reason, '') = '' or coalesce(decision, '') not in ('released', 'forfeited') then
        raise exception 'released or forfeited, and a reason, are needed' using errcode = 'PT422';
    end if;
    -- Whoever appeals holds the standing for share: the appeal came before, and is seen, or comes too late.
    perform
    from app.standings as s
    where s.holder_id = decide_withheld.payee_id
    for update;
    if decision = 'forfeited' and exists (
        select
        from app.restrictions as r
        left join app.appeals as a on r.id = a.restriction_id or r.violation_id = a.violation_id
        where r.holder_id = decide_withheld.payee_id
            and (r.kind = 'banned' or r.off_platform)
            and r.lifted_at is null
            and case
                when a.id is null then r.appeal_by > app.current_instant()
                else a.status = 'open'
            end
    ) then
        raise exception 'the restriction may still be overturned' using errcode = 'PT409';
    end if;
    perform app.lock_payee(decide_withheld.payee_id);
    select sum(p.owed_cents) into withheld_cents
    from app.payables as p
    where p.payee_id = decide_withheld.payee_id
        and p.withheld_at is not null
        and p.owed_cents > 0;
    if withheld_cents is null then
        raise exception 'nothing is withheld from such a payee' using errcode = 'PT404';
    end if;

    if decision = 'released' then
        perform app.release_earnings(decide_withheld.payee_id, decision_id);
    else
        perform app.forfeit_earnings(decide_withheld.payee_id, decision_id);
    end if;
    perform app.tell_holder(decide_withheld.payee_id, 'earnings_' || decision, decision_id);
    perform app.log_action(
        'decide_withheld', 'payee', decide_withheld.payee_id, reason,
        jsonb_build_object('decision', decision, 'cents', withheld_cents)
    );
    return withheld_cents;
end;
$$;
comment on function api.decide_withheld is
    'Releases or forfeits all that is withheld from a mechanic or workshop; returns how much, in cents. The '
    'platform''s terms and the law decide which; this only records it, and forfeits nothing while a '
    'restriction that bars them is appealed or may be. PT404 if nothing is withheld, PT409 '
    'before an appeal is decided or its time over, PT422 for bad input, PT403 for a dismissed admin.';
grant execute on function api.decide_withheld to platform_admin;
