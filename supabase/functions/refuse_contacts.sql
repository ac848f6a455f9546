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
    -- A name is no car talk: as after "call", a number in it needs no other sign of being one. Nor is it a message:
    -- how messages are worded says nothing about it.
    if exists (
        select
        from unnest(app.find_contacts('call ' || read_together) || app.find_contacts(read_together)) as c
        where c.kind <> 'solicitation' and c.reason <> 'wording'
    )
        or exists (
            select
            from app.fold_text(read_together) as f
            cross join lateral app.read_text(f.folded, null) as r
            where app.judge_solicitation(r.reading) is not null
        )
    then
        raise exception 'a telephone number, an address or an account name does not belong there'
            using errcode = 'PT422';
    end if;
end;
$$;
comment on function app.refuse_contacts is
    'PT422 if the words, which are read side by side, hold a contact detail. For what is too short to be '
    'masked: names, and the description of a car.';
