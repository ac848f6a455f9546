-- A standing is what the restrictions on its holder say.

create function app.settle_standing(holder_id uuid)
    returns boolean
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    instant timestamptz := app.current_instant();
    is_barred boolean;
begin
    update app.standings as s
    set suspended_until = r.suspended_until,
        barred_until = r.barred_until,
        barred_from = r.barred_from
    from (
        select
            coalesce(max(x.ends_at), '-infinity') as suspended_until,
            coalesce(max(x.ends_at) filter (where x.bars), '-infinity') as barred_until,
            coalesce(
                min(x.starts_at) filter (where x.bars and x.ends_at > instant), '-infinity'
            ) as barred_from
        from (
            select
                y.starts_at,
                y.ends_at,
                y.kind = 'banned' or y.off_platform as bars
            from app.restrictions as y
            where y.holder_id = settle_standing.holder_id
                and y.lifted_at is null
        ) as x
    ) as r
    where s.holder_id = settle_standing.holder_id
    returning s.barred_until > instant and s.barred_from <= instant into strict is_barred;
    return is_barred;
end;
$$;
comment on function app.settle_standing is
    'Writes the standing that the restrictions in force amount to; returns whether it bars now.';
