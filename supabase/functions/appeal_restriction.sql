-- Who is restricted asks for a review: once, within the window, also when banned.

create function api.appeal_restriction(restriction_id uuid, statement text)
    returns uuid
    language plpgsql
    volatile
    security definer  -- providers hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    caller uuid := app.current_person_id();
    restriction app.restrictions;
    appeal_id uuid;
begin
    -- No standing is asked for: an appeal is what remains to whoever is barred. But it is held, so that
    -- whoever lifts, regrades or forfeits comes before or after.
    perform
    from app.standings as s
    inner join app.restrictions as r on s.holder_id = r.holder_id
    where r.id = appeal_restriction.restriction_id
        and (r.holder_id = caller or r.holder_id = any(app.member_workshop_ids()))
    for share of s;
    if not found then
        raise exception 'no such restriction on the caller' using errcode = 'PT404';
    end if;
    select r.* into strict restriction
    from app.restrictions as r
    where r.id = appeal_restriction.restriction_id;
    if restriction.lifted_at is not null then
        raise exception 'the restriction is lifted already' using errcode = 'PT409';
    end if;
    if restriction.appeal_by <= app.current_instant() then
        raise exception 'the time to appeal is over' using errcode = 'PT409';
    end if;
    insert into app.appeals (
        restriction_id, violation_id, holder_id, appellant_id, statement, restricted_by, seconded_by
    ) values (
        restriction.id, restriction.violation_id, restriction.holder_id, caller,
        app.clean_text(appeal_restriction.statement), restriction.decided_by, restriction.seconded_by
    )
    returning id into appeal_id;
    return appeal_id;
exception
    when unique_violation then
        raise exception 'the restriction was appealed already' using errcode = 'PT409';
    when check_violation or not_null_violation then
        raise exception 'a statement has 1 to 8000 bytes' using errcode = 'PT422';
end;
$$;
comment on function api.appeal_restriction is
    'Appeals a restriction on the caller or their workshop; returns the appeal. PT404 no such, PT409 '
    'lifted, too late, or appealed before, in another grade too; PT422 without a statement.';
grant execute on function api.appeal_restriction to mechanic, workshop;
