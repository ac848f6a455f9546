-- Which of Stripe's events never arrived.

create function backend.lacking_events(event_ids text[])
    returns setof text
    language plpgsql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    return query
    select i.id
    from unnest(lacking_events.event_ids) as i (id)
    where not exists (select from app.stripe_events as e where e.id = i.id);
end;
$$;
comment on function backend.lacking_events is 'Those of the ids that are not stored.';
grant execute on function backend.lacking_events to worker;
