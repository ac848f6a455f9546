-- From now on a new restriction holds: the standing says so, a bar ends what is open, and the holder is told.

create function app.enforce_restriction(restriction_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    restriction app.restrictions;
begin
    select * into strict restriction
    from app.restrictions as r
    where r.id = enforce_restriction.restriction_id;
    if app.settle_standing(restriction.holder_id) then
        perform app.begin_bar(restriction.id);
    end if;
    perform app.tell_holder(restriction.holder_id, 'restricted', restriction.id);
    if restriction.step = 1 then
        perform app.tell_holder(restriction.holder_id, 'conduct_warning', restriction.id);
    end if;
end;
$$;
comment on function app.enforce_restriction is
    'Lets a restriction that was just written hold, and gives notice of it: on the first step a warning too. '
    'The caller holds the standing.';
