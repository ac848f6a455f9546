-- How workshops are ranked today, and how many are invited at once.

create function backend.matching_settings()
    returns table (
        version integer,
        fit_weight double precision,
        proximity_weight double precision,
        rating_weight double precision,
        accept_weight double precision,
        capacity_weight double precision,
        price_weight double precision,
        proximity_scale_km double precision,
        rating_prior_mean double precision,
        rating_prior_count double precision,
        accept_prior_yes double precision,
        accept_prior_no double precision,
        offers_per_wave integer
    )
    language sql
    stable
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
    select
        c.version,
        c.fit_weight,
        c.proximity_weight,
        c.rating_weight,
        c.accept_weight,
        c.capacity_weight,
        c.price_weight,
        c.proximity_scale_km,
        c.rating_prior_mean,
        c.rating_prior_count,
        c.accept_prior_yes,
        c.accept_prior_no,
        s.offers_per_wave
    from app.matching_configs as c
    cross join app.settings as s
    where c.effective_from <= app.current_instant()
    order by c.version desc
    limit 1;
$$;
comment on function backend.matching_settings is
    'The newest weights and priors in effect, with their version, and the size of a wave.';
grant execute on function backend.matching_settings to worker;
