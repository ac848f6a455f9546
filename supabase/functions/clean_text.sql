-- Free text as others may read it.

create function app.clean_text(body text)
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return (select m.delivered from app.mask_contacts(clean_text.body) as m);
end;
$$;
comment on function app.clean_text is
    'The text with contact details masked; for everything a provider may read beside messages.';
