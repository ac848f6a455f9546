-- Counts one use of a limited action, or refuses it.

create function app.take_limit(action text, subject_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    allowed app.limits;
    used app.limit_uses;
    instant timestamptz := app.current_instant();
begin
    select * into strict allowed from app.limits as l where l.action = take_limit.action;

    -- A refused use raises below and is rolled back: the count stays at the limit, not above it.
    insert into app.limit_uses as u (subject_id, action, window_started_at, uses)
    values (take_limit.subject_id, take_limit.action, instant, 1)
    on conflict on constraint limit_uses_pkey do update
    set uses = case
            when u.window_started_at + allowed.within <= instant then 1
            else u.uses + 1
        end,
        window_started_at = case
            when u.window_started_at + allowed.within <= instant then instant
            else u.window_started_at
        end
    returning * into used;

    if used.uses > allowed.most then
        raise exception 'too many requests of this kind'
            using
                errcode = 'PT429',
                hint = format(
                    'Retry after %s seconds.',
                    ceil(extract(epoch from used.window_started_at + allowed.within - instant))
                );
    end if;
end;
$$;
comment on function app.take_limit is
    'Counts a use in the subject''s window. PT429 beyond the limit, with the seconds to wait as hint.';
