-- Tells the advisors of a workshop something outside a thread.

create function app.tell_workshop(workshop_id uuid, kind text, about_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    instant timestamptz := app.current_instant();
begin
    perform app.tell(m.person_id, tell_workshop.kind, tell_workshop.about_id)
    from app.workshop_members as m
    inner join app.standings as advisor on m.person_id = advisor.person_id
    inner join app.standings as workshop on m.workshop_id = workshop.workshop_id
    where m.workshop_id = tell_workshop.workshop_id
        and m.removed_at is null
        and (advisor.barred_until <= instant or advisor.barred_from > instant)
        and (workshop.barred_until <= instant or workshop.barred_from > instant);
end;
$$;
comment on function app.tell_workshop is
    'A notice for each advisor who is not barred, of a workshop that is not. Never about a case by an '
    'id that two workshops share: the offer or the quote is meant.';
