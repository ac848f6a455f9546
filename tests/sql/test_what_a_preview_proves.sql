-- What does it prove that somebody was shown what would be hidden, before they sent it altered?

begin;
select plan(11);

create function pg_temp.preview(name text, body text) returns void language plpgsql as $$
begin
    perform tests.act_as('mechanic', name);
    perform api.preview_message(body);
    perform tests.act_as_owner();
end;
$$;
-- The flag of what max sends now, by this name: its severity.
create function pg_temp.send(flag text, body text) returns text language plpgsql as $$
begin
    perform tests.act_as('mechanic', 'max');
    perform api.send_message(tests.id('ana active thread'), body, gen_random_uuid());
    perform tests.act_as_owner();
    perform tests.named(flag, f.id)
    from app.contact_flags as f
    where f.id not in (select n.id from tests.names as n);
    return (select f.severity from app.contact_flags as f where f.id = tests.id(flag));
end;
$$;
create function pg_temp.proof(flag text) returns text[] language plpgsql as $$
declare
    bodies text[];
begin
    perform tests.act_as('platform_admin', 'ada');
    select array_agg(p.body order by p.created_at, p.body) into bodies
    from api.read_previews(tests.id(flag), 'Deciding on a flag') as p;
    perform tests.act_as_owner();
    return bodies;
exception
    when sqlstate 'PT404' then
        perform tests.act_as_owner();
        return null;
end;
$$;

select pg_temp.preview('zoe', 'Call 415-555-2601');
select pg_temp.preview('max', 'Write to max@example.org');
select pg_temp.preview('max', 'Call 415-555-2602');
select is(pg_temp.send('same', 'Call 415-555-2602'), 'S1', 'sent as it was shown, it may be a slip');
select is(
    pg_temp.proof('same'), null,
    'what was tried word for word, of another kind or by somebody else proves nothing'
);
select is(
    pg_temp.send('altered', 'Call four one five, 555 26 02'), 'S2',
    'sent otherwise than it was shown, it is none'
);
select is(pg_temp.proof('altered'), array['Call 415-555-2602'], 'what was shown is the evidence');
select is(pg_temp.send('again', 'Call 415-555-2603'), 'S1', 'of that one time');
select is(pg_temp.proof('again'), null, 'not of the next');
select is(pg_temp.proof('altered'), array['Call 415-555-2602'], 'from which it is not taken away');

select pg_temp.preview('max', 'Call 415-555-2604');
select tests.act_as('customer', 'ana');
select api.report_message(m.id) from api.messages as m
where m.sender = 'mechanic' and m.body like 'Call [phone%' limit 1;
select tests.act_as_owner();
select tests.named('reported', f.id) from app.contact_flags as f where f.raised_by = 'report';
select is(pg_temp.proof('reported'), null, 'nor does it prove what somebody else reports');
select tests.move_clock('59 minutes 59 seconds');
select is(pg_temp.send('in time', 'Call 415 555 2604'), 'S2', 'within an hour it does');
select pg_temp.preview('max', 'Call 415-555-2606');
select tests.move_clock('1 hour');
select is(pg_temp.send('late', 'Call 415-555-2607'), 'S1', 'after an hour');
select is(pg_temp.proof('late'), null, 'it is forgotten');

select * from finish();
rollback;
