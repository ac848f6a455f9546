-- Bars whose notice period is over: access has ended by the clock, the work under way is ended here.

create function app.begin_overdue_bars()
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    restriction app.restrictions;
begin
    for restriction in
        select r.*
        from app.restrictions as r
        inner join app.standings as s on r.holder_id = s.holder_id
        where (r.kind = 'banned' or r.off_platform)
            and r.work_ended_at is null
            and r.lifted_at is null
            and r.starts_at <= app.current_instant()
        order by r.holder_id
        for update of s
    loop
        perform app.begin_bar(restriction.id);
    end loop;
end;
$$;
comment on function app.begin_overdue_bars is 'Begins the bars whose notice period is over.';
