"""Mutants that no rule finds: mistakes that others have made."""

from tools.mutation.mutant import Mutant

MUTANTS = (
    Mutant(
        "token role from user_metadata",
        "app.set_token_role",
        """
        create or replace function app.set_token_role() returns trigger language plpgsql volatile
            security definer set search_path = '' as $$
        begin
            new.role := coalesce(
                new.raw_user_meta_data ->> 'role',
                (select p.persona from app.people as p where p.id = new.id),
                'customer'
            );
            return new;
        end;
        $$
        """,
        "definer functions",
        ("user_metadata", "set_token_role"),
    ),
    Mutant(
        "persona from user_metadata",
        "app.open_account",
        """
        create function pg_temp.believed() returns trigger language plpgsql as $$
        begin
            update app.people set persona = new.raw_user_meta_data ->> 'persona'
            where id = new.id and new.raw_user_meta_data ? 'persona';
            return null;
        end;
        $$;
        create trigger zz_believed after insert on auth.users
            for each row execute function pg_temp.believed()
        """,
        "triggers",
        ("user_metadata", "open_account"),
    ),
    Mutant(
        "caller from a header",
        "app.current_person_id",
        """
        create or replace function app.current_person_id() returns uuid language sql stable
            set search_path = '' as $$
            select coalesce(
                nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-person-id',
                nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
            )::uuid;
        $$
        """,
        "other functions",
        ("x-person-id", "current_person_id"),
    ),
)
