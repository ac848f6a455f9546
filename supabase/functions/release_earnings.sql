-- What was withheld from a mechanic or workshop is payable again.

create function app.release_earnings(payee_id uuid, cause_id uuid)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    select app.move_earnings(payee_id, false, 'Released', 'released:' || cause_id::text);
$$;
comment on function app.release_earnings is
    'Releases all that is withheld from a mechanic or workshop. Cause: the restriction that was lifted, or '
    'an admin''s decision.';
