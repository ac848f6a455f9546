-- How far up the ladder a violation stands among those of its holder that count.

create function app.ladder_step(violation_id uuid)
    returns integer
    language sql
    stable
    set search_path = ''
as $$
    select
        case
            when v.severity = 'S3' then l.last_step
            else least(
                l.last_step,
                (
                    select count(*)
                    from app.violations as earlier
                    where earlier.holder_id = v.holder_id
                        and earlier.severity in ('S2', 'S3')
                        and earlier.overturned_at is null
                        and earlier.number <= v.number
                )::integer
            )
        end
    from app.violations as v
    cross join (select max(s.step) as last_step from app.conduct_steps as s) as l
    where v.id = ladder_step.violation_id;
$$;
comment on function app.ladder_step is
    'The step that a violation of severity S2 or S3 brings, counting those not overturned up to it.';
