-- Who keeps which files?

begin;
select plan(38);

create function pg_temp.operation(name text)
    returns text
    language sql
as $$
    select set_config('storage.operation', operation.name, true);
$$;
create function pg_temp.upload(path text, bucket text default 'quarantine')
    returns text
    language sql
as $$
    select format(
        'insert into storage.objects (bucket_id, name, owner_id) values (%L, %L, %L)',
        upload.bucket, upload.path, tests.id('ana')
    );
$$;
create temporary table made (path text, kind text);
grant select, insert on made to public;
create function pg_temp.may_upload(named text)
    returns boolean
    language plpgsql
as $$
begin
    perform pg_temp.operation(named);
    execute (select pg_temp.upload(path) from made limit 1);
    return true;
exception
    when insufficient_privilege then
        return false;
end;
$$;
-- Every operation of Storage that reads the row of an object, but for download and upload.
create function pg_temp.seen_by_other_operations()
    returns bigint
    language plpgsql
as $$
declare
    named text;
    seen bigint := 0;
begin
    foreach named in array array[
        'object.sign', 'object.sign_many', 'object.info_authenticated', 'object.list_v2', 'object.copy',
        'object.move', 'object.delete', 'object.delete_many', 'object.get_signed', 'object.get_public',
        'object.info_public', 'object.purge_cache', 'object.upload_signed', 'object.sign_upload_url',
        'render.image_authenticated', 'render.image_sign', 's3.object.get', 's3.object.list',
        's3.object.info', 's3.object.copy', 's3.object.get_tagging', 'tus.upload.get', ''
    ]
    loop
        perform pg_temp.operation('storage.' || named);
        seen := seen + (select count(*) from storage.objects);
    end loop;
    return seen;
end;
$$;
create function pg_temp.told(statement text)
    returns text
    language plpgsql
as $$
begin
    execute statement;
    return 'done';
exception
    when others then
        return concat_ws(' ', sqlstate, sqlerrm);
end;
$$;
grant execute on all functions in schema pg_temp to public;

select tests.act_as('customer', 'ana');
insert into made
select api.register_media(tests.id('ana active'), kind), kind
from unnest(array['photo', 'video', 'photo']) with ordinality as k (kind, n);
select ok(
    (select bool_and(path ~ ('^' || tests.id('ana') || '/[0-9a-f-]{36}$')) from made),
    'the server names the file, in the customer''s own folder'
);
select throws_ok(
    $$ select api.register_media(tests.id('ana active'), 'sound') $$, 'PT422', null,
    'a file is a photo or a video'
);
select throws_ok(
    $$ select api.register_media(tests.id('ben queued'), 'photo') $$, 'PT404', null,
    'of their own session'
);
select throws_ok(
    $$ select api.register_media(tests.id('ana escalated'), 'photo') $$, 'PT409', null,
    'that is not over'
);
select is_empty(
    $$
        select o.operation
        from unnest(
            array[
                'object.sign_upload_url', 'object.upload_signed', 'object.upload_update', 'object.copy',
                'object.move', 's3.upload', 's3.upload.create_multipart', 's3.object.copy',
                'tus.upload.create', 'tus.upload.part', ''
            ]
        ) as o (operation)
        where pg_temp.may_upload('storage.' || o.operation)
    $$,
    'no address is signed to upload a registered file, nor is it put there in any other way'
);
select pg_temp.operation('storage.object.upload');
select lives_ok(
    (select pg_temp.upload(path) from made where kind = 'video'), 'a registered file is uploaded'
);
select lives_ok(
    (select pg_temp.upload(path) from made where kind = 'photo' limit 1), 'and another'
);
select tests.act_as_owner();
select tests.open_session('cleo', s.name, 'brakes', 'Squeal', 'Mazda', '3')
from unnest(array['not paid', 'paid']) as s (name);
select tests.pay(tests.id('paid payment'));
select tests.act_as('customer', 'cleo');
create temporary table of_cleo as
select api.register_media(tests.id(s.name), 'photo') as path, s.name
from unnest(array['not paid', 'paid']) as s (name);
select lives_ok(pg_temp.upload(path), 'also while a session is ' || name) from of_cleo;
select tests.act_as('customer', 'ana');
select throws_ok(
    pg_temp.upload(tests.id('ana') || '/holiday'), '42501', null, 'one that was not registered is not'
);
select throws_ok(
    (select pg_temp.upload(path, 'elsewhere') from made limit 1), '42501', null,
    'nor one for another bucket'
);
select results_eq(
    $$
        select photo_count, video_count
        from api.customer_sessions
        where id = tests.id('ana active')
    $$,
    $$ values (1, 1) $$,
    'what is uploaded is counted'
);

select pg_temp.operation('storage.object.get_authenticated');
select is((select count(*) from storage.objects), 2::bigint, 'the owner downloads it');
select pg_temp.operation('storage.object.list');
select is_empty('select from storage.objects', 'nobody lists');
select is(
    pg_temp.seen_by_other_operations(), 0::bigint,
    'nor signs an address that would outlive the access, nor reads it in any other way'
);
select pg_temp.operation('storage.object.get_authenticated');
update storage.objects set name = 'moved';
delete from storage.objects;
select is(
    (select count(*) from storage.objects where name <> 'moved'), 2::bigint,
    'nor moves or removes anything'
);

select tests.act_as('customer', 'ben');
select lives_ok(
    format('select api.register_media(%L, %L)', tests.id('ben ' || n.status), 'photo'),
    'one may be announced for a session that is ' || n.status
)
from unnest(array['requested', 'queued']) as n (status);
select is_empty('select from storage.objects', 'another customer downloads nothing of it');
select pg_temp.operation('storage.object.upload');
select throws_ok(
    (select pg_temp.upload(path) from made offset 2 limit 1), '42501', null,
    'nor uploads to a path of theirs'
);
select pg_temp.operation('storage.object.upload');
-- attack 17
select results_eq(
    $$
        select distinct pg_temp.told(pg_temp.upload(p.path))
        from (
            select path from made  -- of which some are uploaded already
            union all
            select tests.id('ben') || '/' || gen_random_uuid()
        ) as p (path)
    $$,
    $$ values ('42501 new row violates row-level security policy for table "objects"') $$,
    'a path that is taken is refused like one that is free: before the unique index is asked'
);
select pg_temp.operation('storage.object.get_authenticated');
select tests.act_as('mechanic', 'max');
select results_eq(
    $$
        select photo_count, video_count
        from api.mechanic_sessions
        where id = tests.id('ana active')
    $$,
    $$ values (1, 1) $$,
    'the mechanic sees that there are photos and videos'
);
select is_empty('select from storage.objects', 'not the files');
select is(pg_temp.seen_by_other_operations(), 0::bigint, 'nor signs an address of one');
select tests.act_as('workshop', 'walt');
select is_empty('select from storage.objects', 'nor does a workshop see them');
select is(pg_temp.seen_by_other_operations(), 0::bigint, 'or sign');
select tests.act_as('platform_admin', 'ada');
select is_empty('select from storage.objects', 'nor an admin');
select is(pg_temp.seen_by_other_operations(), 0::bigint, 'whatever the operation');
select tests.act_as('media_worker', 'mia');
select is(pg_temp.seen_by_other_operations(), 0::bigint, 'nor the media worker');

-- Customers alone have a folder

select tests.act_as_owner();
insert into storage.objects (bucket_id, name, owner_id)
select 'quarantine', tests.id(n.name) || '/planted', tests.id(n.name)
from unnest(array['ana', 'max', 'walt', 'ada', 'mia']) as n (name);
create function pg_temp.downloads(persona text, name text)
    returns bigint
    language plpgsql
as $$
declare
    found bigint;
begin
    perform tests.act_as(persona, name);
    perform pg_temp.operation('storage.object.get_authenticated');
    found := (select count(*) from storage.objects as o where o.name like '%/planted');
    perform tests.act_as_owner();
    return found;
end;
$$;
select results_eq(
    $$
        select p.persona, pg_temp.downloads(p.persona, p.name)
        from (
            values
                ('customer', 'ana'), ('mechanic', 'max'), ('workshop', 'walt'),
                ('platform_admin', 'ada'), ('media_worker', 'mia')
        ) as p (persona, name)
    $$,
    $$
        values
            ('customer', 1::bigint), ('mechanic', 0), ('workshop', 0), ('platform_admin', 0),
            ('media_worker', 0)
    $$,
    'a file in the folder of anybody but a customer would not be theirs to download'
);
select set_config('storage.allow_delete_query', 'true', true);
delete from storage.objects where name like '%/planted';
select tests.act_as('customer', 'ana');
select pg_temp.operation('storage.object.upload');
select is(
    (select count(*) from storage.objects), 2::bigint,
    'while uploading, the owner gets the row of what is there'
);

-- Once, and in one bucket

select tests.act_as_owner();
insert into storage.buckets (id, name) values ('elsewhere', 'elsewhere');
insert into storage.objects (bucket_id, name, owner_id)
select 'elsewhere', path, tests.id('ana')
from app.media
where uploaded_at is null;
select results_eq(
    $$ select photo_count, video_count from app.session_intake where session_id = tests.id('ana active') $$,
    $$ values (1, 1) $$, 'a file in another bucket is not counted'
);
select tests.act_as('customer', 'ana');
select pg_temp.operation('storage.object.get_authenticated');
select is_empty(
    $$ select from storage.objects where bucket_id = 'elsewhere' $$, 'nor downloaded'
);
select pg_temp.operation('storage.object.upload');
select throws_ok(
    (select pg_temp.upload(path, 'third') from api.customer_media where uploaded_at is null),
    '42501', null, 'nor uploaded'
);
select tests.act_as_owner();
select set_config('storage.allow_delete_query', 'true', true);
delete from storage.objects where bucket_id = 'quarantine';
select tests.act_as('customer', 'ana');
select throws_ok(
    (
        select pg_temp.upload(m.path) from api.customer_media as m
        where m.uploaded_at is not null and m.kind = 'video'
    ),
    '42501', null, 'what was uploaded once is not uploaded again'
);
select tests.act_as_owner();
do $$
begin
    execute (select pg_temp.upload(path) from app.media where uploaded_at is not null and kind = 'video');
end;
$$;
select results_eq(
    $$ select photo_count, video_count from app.session_intake where session_id = tests.id('ana active') $$,
    $$ values (1, 1) $$, 'nor counted again, whoever puts it there'
);

-- As long as the session

select tests.act_as('customer', 'ben');
select pg_temp.operation('storage.object.upload');
insert into made values (api.register_media(tests.id('ben requested'), 'photo'), 'late');
select api.cancel_session(tests.id('ben requested'));
-- attack 85
select throws_ok(
    (select pg_temp.upload(path) from made where kind = 'late'), '42501', null,
    'what was registered in time is not uploaded once the session is over'
);
select tests.act_as_owner();
select throws_ok(
    (select pg_temp.upload(path) from made where kind = 'late'), 'PT409', null,
    'whoever puts it there'
);

select * from finish();
rollback;
