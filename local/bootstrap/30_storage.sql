-- Schema storage: the tables that @supabase/lite 0.10 reads and writes, under the owners and grants of hosted Storage.

create schema storage authorization supabase_storage_admin;
grant usage on schema storage to anon, authenticated, service_role, platform_tables, supabase_lite;
grant usage on schema storage to postgres with grant option;

set local role supabase_storage_admin;

create table storage.buckets (
    id text primary key,
    name text not null unique,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    public boolean default false,
    avif_autodetection boolean default false,
    file_size_limit bigint,
    allowed_mime_types text[],
    owner_id text
);
comment on column storage.buckets.owner is 'Field is deprecated, use owner_id instead';

create table storage.objects (
    id uuid primary key default gen_random_uuid(),
    bucket_id text references storage.buckets (id),
    name text,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_accessed_at timestamptz default now(),
    metadata jsonb,
    path_tokens text[] generated always as (string_to_array(name, '/')) stored,
    version text,
    owner_id text,
    user_metadata jsonb
);
comment on column storage.objects.owner is 'Field is deprecated, use owner_id instead';
create unique index bucketid_objname on storage.objects (bucket_id, name);
create index name_prefix_search on storage.objects (name text_pattern_ops);

create function storage.foldername(name text)
    returns text[]
    language plpgsql
    immutable
as $$
declare
    parts text[] := string_to_array(name, '/');
begin
    return parts[1:array_length(parts, 1) - 1];
end;
$$;

create function storage.filename(name text)
    returns text
    language plpgsql
    immutable
as $$
declare
    parts text[] := string_to_array(name, '/');
begin
    return parts[array_length(parts, 1)];
end;
$$;

create function storage.extension(name text)
    returns text
    language plpgsql
    immutable
as $$
begin
    return reverse(split_part(reverse(storage.filename(name)), '.', 1));
end;
$$;

create function storage.operation()
    returns text
    language plpgsql
    stable
as $$
begin
    return current_setting('storage.operation', true);
end;
$$;

create function storage.allow_any_operation(expected_operations text[])
    returns boolean
    language sql
    stable
as $$
    select exists (
        select 1
        from unnest(expected_operations) as expected (operation)
        where expected.operation <> ''
            and regexp_replace(expected.operation, '^storage\.', '')
                = regexp_replace(storage.operation(), '^storage\.', '')
    )
$$;

create function storage.allow_only_operation(expected_operation text)
    returns boolean
    language sql
    stable
as $$
    select storage.allow_any_operation(array[expected_operation])
$$;

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;

grant all on all tables in schema storage to anon, authenticated, service_role, supabase_lite;
grant all on all tables in schema storage to postgres with grant option;
grant execute on all functions in schema storage to postgres, anon, authenticated, service_role;

reset role;

alter table storage.buckets owner to platform_tables;
alter table storage.objects owner to platform_tables;
grant all on storage.buckets, storage.objects to supabase_storage_admin;
