-- Reference data that every project needs: services and cities. Loading it again changes nothing.

insert into app.services (code, name) values
    ('battery', 'Battery and charging'),
    ('brakes', 'Brakes'),
    ('cooling', 'Cooling system'),
    ('diagnosis', 'Hands-on diagnosis'),
    ('electrical', 'Electrical system'),
    ('engine', 'Engine'),
    ('exhaust', 'Exhaust and emissions'),
    ('fuel', 'Fuel system'),
    ('heating', 'Heating and air conditioning'),
    ('maintenance', 'Maintenance'),
    ('steering', 'Steering'),
    ('suspension', 'Suspension'),
    ('transmission', 'Transmission'),
    ('tyres', 'Tyres and wheels')
on conflict (code) do nothing;

-- City centres, rounded to a hundredth of a degree: about a kilometre.
insert into app.cities (name, region, latitude, longitude) values
    ('Albuquerque', 'New Mexico', 35.08, -106.65),
    ('Atlanta', 'Georgia', 33.75, -84.39),
    ('Austin', 'Texas', 30.27, -97.74),
    ('Boston', 'Massachusetts', 42.36, -71.06),
    ('Bloomington', 'Illinois', 40.48, -88.99),
    ('Champaign', 'Illinois', 40.12, -88.24),
    ('Charlotte', 'North Carolina', 35.23, -80.84),
    ('Chicago', 'Illinois', 41.88, -87.63),
    ('Columbus', 'Ohio', 39.96, -83.00),
    ('Dallas', 'Texas', 32.78, -96.80),
    ('Decatur', 'Illinois', 39.84, -88.95),
    ('Denver', 'Colorado', 39.74, -104.99),
    ('Detroit', 'Michigan', 42.33, -83.05),
    ('Houston', 'Texas', 29.76, -95.37),
    ('Indianapolis', 'Indiana', 39.77, -86.16),
    ('Jacksonville', 'Illinois', 39.73, -90.23),
    ('Kansas City', 'Missouri', 39.10, -94.58),
    ('Lincoln', 'Illinois', 40.15, -89.36),
    ('Los Angeles', 'California', 34.05, -118.24),
    ('Miami', 'Florida', 25.76, -80.19),
    ('Minneapolis', 'Minnesota', 44.98, -93.27),
    ('New York', 'New York', 40.71, -74.01),
    ('Peoria', 'Illinois', 40.69, -89.59),
    ('Philadelphia', 'Pennsylvania', 39.95, -75.17),
    ('Phoenix', 'Arizona', 33.45, -112.07),
    ('Portland', 'Oregon', 45.52, -122.68),
    ('San Diego', 'California', 32.72, -117.16),
    ('San Francisco', 'California', 37.77, -122.42),
    ('Seattle', 'Washington', 47.61, -122.33),
    ('Springfield', 'Illinois', 39.80, -89.64),
    ('St. Louis', 'Missouri', 38.63, -90.20)
on conflict (country, region, name) do nothing;
