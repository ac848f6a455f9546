-- Tells whoever answers for something: the mechanic or advisor themselves, or all advisors of the workshop.

create function app.tell_holder(holder_id uuid, kind text, about_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    -- Barred or not: why, and how to appeal, is what remains to them.
    perform app.tell(p.person_id, tell_holder.kind, tell_holder.about_id)
    from (
        select s.person_id
        from app.standings as s
        where s.holder_id = tell_holder.holder_id
            and s.person_id is not null
        union all
        select m.person_id
        from app.workshop_members as m
        where m.workshop_id = tell_holder.holder_id
            and m.removed_at is null
    ) as p;
end;
$$;
comment on function app.tell_holder is
    'A notice about conduct for the person who holds a standing, or for each advisor of the workshop.';
