-- What a bar does besides hiding: open work ends, and what was not sent yet is withheld.

create function app.begin_bar(restriction_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    restriction app.restrictions;
begin
    update app.restrictions as r
    set work_ended_at = app.current_instant()
    where r.id = begin_bar.restriction_id
        and (r.kind = 'banned' or r.off_platform)
        and r.work_ended_at is null
    returning * into restriction;
    if found then
        perform app.end_open_work(restriction.holder_id);
        perform app.withhold_earnings(restriction.holder_id, restriction.id);
    end if;
end;
$$;
comment on function app.begin_bar is
    'Ends the open work of a barred holder and withholds what they earned, once a restriction. '
    'Nothing for a restriction that does not bar.';
