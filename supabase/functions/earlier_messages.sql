-- What a sender last wrote in a thread: with it, the filter reads what is written next.

create function app.earlier_messages(
    thread_id uuid, sender_id uuid, "position" integer, out ids uuid[], out bodies text[]
)
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
begin
    select array_agg(m.id order by m.position), array_agg(m.body order by m.position)
    into ids, bodies
    from (
        select
            m.id, m.position, m.body,
            sum(octet_length(m.body)) over (order by m.position desc) as size
        from (
            select m.id, m.position, m.body
            from app.messages as m
            where m.thread_id = earlier_messages.thread_id
                and m.sender_id = earlier_messages.sender_id
                and m.position < earlier_messages.position
                and m.kind = 'text'
            order by m.position desc
            limit 20
        ) as m
    ) as m
    where m.size <= 2048;
end;
$$;
comment on function app.earlier_messages is
    'At most the last 20 before the position, of 2 kB together, oldest first; null if there are none.';
