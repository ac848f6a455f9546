-- Free text as others may read it.

create function app.clean_text(body text, earlier text[] default '{}')
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return (select m.delivered from app.mask_contacts(clean_text.body, clean_text.earlier) as m);
end;
$$;
comment on function app.clean_text is
    'The text with contact details masked; for everything another persona may read beside messages. '
    'earlier: what the same reader reads just before it, since a detail may come in pieces.';
