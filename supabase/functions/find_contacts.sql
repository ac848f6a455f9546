-- The contact filter: what in a message would let two people reach each other elsewhere.

create function app.find_contacts(body text, earlier text[] default '{}', model_version smallint default null)
    returns app.finding[]
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    heard app.heard_message;
begin
    if model_version is not null then
        if not exists (select from app.filter_versions as v where v.version = find_contacts.model_version) then
            raise exception 'the contact filter has no version %', model_version using errcode = 'PT404';
        end if;
    end if;
    heard := app.hear_message(body, model_version);
    if heard.is_harmless then
        return array[]::app.finding[];
    end if;
    return app.find_details(body, heard, earlier);
end;
$$;
comment on function app.find_contacts is
    'Contact details in a message, none overlapping, and whether it solicits; null or empty if there is nothing. '
    'Places count characters from 1; confidence is 0.5 to 1. earlier: what the sender last wrote in the thread, '
    'oldest first; piece says which of them holds a part of the detail, 0 the body. model_version: of '
    'app.filter_words, null the live one; PT404 if there is no such version.';
