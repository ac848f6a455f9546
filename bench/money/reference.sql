-- Where the reference puts an event: nothing but the event.

create schema reference;
grant usage on schema reference to backend;
create table reference.events (id text primary key, type text not null, body bytea not null);
grant insert on reference.events to backend;
