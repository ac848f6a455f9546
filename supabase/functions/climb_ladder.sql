-- What a confirmed violation brings its holder: the next step of the ladder.

create function app.climb_ladder(violation_id uuid)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    violation app.violations;
    flag app.contact_flags;
    climbed app.conduct_steps;
begin
    select * into strict violation from app.violations as v where v.id = climb_ladder.violation_id;
    select * into strict flag from app.contact_flags as f where f.id = violation.flag_id;
    select s.* into strict climbed
    from app.conduct_steps as s
    where s.step = app.ladder_step(violation.id);

    return app.impose_restriction(
        violation.holder_id,
        climbed.kind,
        violation.severity = 'S3',
        violation.clause,
        violation.facts,
        climbed.days,
        array[flag.message_id] || flag.piece_ids || array(
            select p.id from app.message_previews as p where p.flag_id = flag.id order by p.created_at
        ),
        violation.decided_by,
        violation.id,
        climbed.step,
        violation.seconded_by
    );
end;
$$;
comment on function app.climb_ladder is
    'Restricts the holder of a violation of severity S2 or S3 by the ladder; returns the restriction. The '
    'caller holds the standing.';
