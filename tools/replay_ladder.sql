-- What each confirmed violation that counts has brought, and what it would bring on the ladder given as $1.
with ladder as (
    select
        l.step::integer,
        (l.rung ->> 'days')::integer as days
    from jsonb_array_elements(%(ladder)s::jsonb) with ordinality as l (rung, step)
),
counted as (
    select
        v.*,
        row_number() over (partition by v.holder_id order by v.number) as strike
    from app.violations as v
    where v.severity in ('S2', 'S3')
        and v.overturned_at is null
),
last_step as (
    select max(l.step) as step from ladder as l
)
select
    v.id::text,
    v.holder_id::text,
    v.severity,
    case
        when r.id is null then 'none'
        when r.kind = 'banned' then 'banned'
        else extract(day from r.ends_at - r.starts_at)::text || ' days'
    end as brought,
    case when l.days is null then 'banned' else l.days::text || ' days' end as would_bring
from counted as v
cross join last_step as last
inner join ladder as l
    on l.step = case when v.severity = 'S3' then last.step else least(v.strike, last.step) end
left join app.restrictions as r
    on v.id = r.violation_id  -- lifted or not, in its last grade
    and not exists (
        select
        from app.restrictions as later
        where later.replaces_id = r.id
    )
order by v.holder_id, v.number;
