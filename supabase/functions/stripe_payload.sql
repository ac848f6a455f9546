-- The body of an event, parsed.

create function app.stripe_payload(raw bytea)
    returns jsonb
    language plpgsql
    immutable
    set search_path = ''
as $$
begin
    return convert_from(stripe_payload.raw, 'UTF8')::jsonb;
end;
$$;
comment on function app.stripe_payload is
    'What Stripe wrote. An error of class 22 or 54 where jsonb refuses what JSON allows: \u0000, lone surrogates, '
    'NaN, great depth.';
