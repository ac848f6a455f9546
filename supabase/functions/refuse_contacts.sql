-- Names and short descriptions carry no way to reach anybody.

create function app.refuse_contacts(variadic words text[])
    returns void
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    read_together text := array_to_string(refuse_contacts.words, ' ');
begin
    -- A name is no car talk: as after "call", a number in it needs no other sign of being one.
    if exists (
        select from unnest(app.find_contacts('call ' || read_together)) as c where c.kind <> 'solicitation'
    )
        or cardinality(app.find_contacts(read_together)) > 0
    then
        raise exception 'a telephone number, an address or an account name does not belong there'
            using errcode = 'PT422';
    end if;
end;
$$;
comment on function app.refuse_contacts is
    'PT422 if the words, which are read side by side, hold a contact detail. For what is too short to be '
    'masked: names, and the description of a car.';
