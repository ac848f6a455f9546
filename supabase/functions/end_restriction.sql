-- Takes a restriction back; the standing becomes what the remaining ones say.

create function app.end_restriction(restriction_id uuid, reason text)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    restriction app.restrictions;
begin
    perform
    from app.standings as s
    inner join app.restrictions as r on s.holder_id = r.holder_id
    where r.id = end_restriction.restriction_id
    for update of s;
    update app.restrictions as r
    set lifted_at = app.current_instant(),
        lifted_by = app.current_person_id(),
        lift_reason = end_restriction.reason
    where r.id = end_restriction.restriction_id
        and r.lifted_at is null
    returning * into restriction;
    if not found then
        raise exception 'no such restriction in force' using errcode = 'PT404';
    end if;

    if not app.settle_standing(restriction.holder_id) then
        perform app.end_bar(restriction.holder_id, restriction.id);
    end if;
    perform app.tell_holder(restriction.holder_id, 'restriction_lifted', restriction.id);
    return restriction.holder_id;
end;
$$;
comment on function app.end_restriction is
    'Lifts a restriction in force; returns its holder. Withheld earnings are released unless another '
    'one bars. PT404 if there is none.';
