-- Storage: one bucket, quarantine, that only a file's owner reads and writes.
--
--   customer   uploads a file that register_media announced, once, before the session is over;
--              reads it back
--
-- Nobody lists, moves, replaces, removes or signs: a signed address would outlive the access.

create function app.current_upload_paths()
    returns text[]
    language plpgsql
    stable
    security definer  -- media rows are read for the caller alone
    set search_path = ''
as $$
begin
    return array(
        select m.path
        from app.media as m
        inner join app.diagnostic_sessions as s on m.session_id = s.id
        where m.customer_id = app.current_person_id()
            and m.uploaded_at is null
            and s.status in ('requested', 'paid', 'active')
    );
end;
$$;
comment on function app.current_upload_paths is
    'Paths that the caller registered and has not uploaded to yet, while the session is not over.';
grant execute on function app.current_upload_paths to customer;

-- A path is made by register_media, in the customer's own folder. Only by the upload itself: an address
-- signed for uploading is good for hours, for whoever has it, and asks no policy again.
create policy "customers add the media they registered"
    on storage.objects for insert to customer
    with check (
        bucket_id = 'quarantine'
        and name = any((select app.current_upload_paths())::text[])
        and (select storage.allow_only_operation('object.upload'))
    );

-- Download with the owner's token, and the row returned by the upload itself.
create policy "customers see the media they own"
    on storage.objects for select to customer
    using (
        bucket_id = 'quarantine'
        and path_tokens[1] = (select app.current_person_id())::text
        and (select storage.allow_any_operation(array['object.get_authenticated', 'object.upload']))
    );
