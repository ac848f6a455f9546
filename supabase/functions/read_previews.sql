-- An admin reads what a sender had tried before the flagged message, and says why.

create function api.read_previews(flag_id uuid, purpose text)
    returns table (id uuid, body text, kinds text[], created_at timestamptz)
    language plpgsql
    volatile
    security definer  -- the one read of previews, and it is logged
    set search_path = ''
as $$
begin
    perform app.lock_standing('may_take_work');
    if length(coalesce(purpose, '')) < 10 then
        raise exception 'a purpose of ten characters or more is needed' using errcode = 'PT422';
    end if;
    if not exists (
        select from app.message_previews as p where p.flag_id = read_previews.flag_id
    ) then
        raise exception 'no previews belong to that flag' using errcode = 'PT404';
    end if;
    perform app.log_action('read_previews', 'flag', read_previews.flag_id, purpose);
    return query
        select p.id, p.body, p.kinds, p.created_at
        from app.message_previews as p
        where p.flag_id = read_previews.flag_id
        order by p.created_at, p.id;
end;
$$;
comment on function api.read_previews is
    'The texts that the sender of a flagged message had previewed, as typed; the audit log says who read '
    'them. PT404 without any, PT422 without a purpose.';
grant execute on function api.read_previews to platform_admin;
