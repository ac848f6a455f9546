-- Partner workshops of a small believable world, all invented. Loading them again changes nothing.

with offered (id, name, city, open_bays, rating_sum, rating_count, services) as (
    values
        (
            '5eed0000-0000-4000-8000-000000000001'::uuid, 'Northside Garage', 'Springfield', 4,
            212, 46, array['brakes', 'diagnosis', 'engine', 'maintenance', 'suspension', 'tyres']
        ),
        (
            '5eed0000-0000-4000-8000-000000000002', 'Harbor Auto', 'Springfield', 3,
            131, 30, array['battery', 'brakes', 'diagnosis', 'electrical', 'engine']
        ),
        (
            '5eed0000-0000-4000-8000-000000000003', 'Eastgate Motors', 'Springfield', 2,
            88, 19, array['brakes', 'cooling', 'diagnosis', 'engine', 'transmission']
        ),
        (
            '5eed0000-0000-4000-8000-000000000004', 'Lakeview Repairs', 'Chicago', 5,
            460, 97, array['brakes', 'diagnosis', 'electrical', 'engine', 'exhaust', 'fuel']
        ),
        (
            '5eed0000-0000-4000-8000-000000000005', 'Prairie Transmissions', 'Springfield', 2,
            40, 9, array['diagnosis', 'transmission']
        )
),

added as (
    insert into app.workshops (id, name, city_id, open_bays, rating_sum, rating_count)
    select o.id, o.name, c.id, o.open_bays, o.rating_sum, o.rating_count
    from offered as o
    inner join app.cities as c on o.city = c.name and c.region = 'Illinois'
    on conflict (id) do nothing
    returning id, city_id
),

standing as (
    insert into app.standings (workshop_id, jurisdiction)
    select a.id, c.country
    from added as a
    inner join app.cities as c on a.city_id = c.id
    returning workshop_id
)

insert into app.workshop_services (workshop_id, service)
select s.workshop_id, unnest(o.services)
from standing as s
inner join offered as o on s.workshop_id = o.id;
