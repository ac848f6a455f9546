-- Bars that are over: access is back by the clock, what was withheld is released here.

create function app.end_overdue_bars()
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    instant timestamptz := app.current_instant();
    restriction app.restrictions;
begin
    for restriction in
        select r.*
        from app.standings as s
        cross join lateral (
            select x.*
            from app.restrictions as x
            where x.holder_id = s.holder_id
                and x.off_platform
                and x.lifted_at is null
            order by x.ends_at desc
            limit 1
        ) as r
        where s.barred_until <= instant
            and (
                exists (
                    select
                    from app.payables as p
                    where p.payee_id = s.holder_id
                        and p.withheld_at is not null
                )
                or exists (
                    select
                    from app.referrals as f
                    where f.mechanic_id = s.holder_id
                        and f.status = 'withheld'
                )
            )
        order by s.holder_id
        for update of s
    loop
        perform app.end_bar(restriction.holder_id, restriction.id);
        perform app.tell_holder(restriction.holder_id, 'earnings_released', restriction.id);
    end loop;
end;
$$;
comment on function app.end_overdue_bars is
    'Releases what suspensions that barred have withheld, once the last of a holder''s is over, and tells them.';
