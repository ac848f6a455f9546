-- Whether a party of a session has been silent for longer than the settings allow.

create function app.is_absent(session_id uuid, party text)
    returns boolean
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    return (
        select
            greatest(
                s.accepted_at,
                (
                    select max(m.sent_at)
                    from app.messages as m
                    inner join app.threads as t on m.thread_id = t.id
                    where t.session_id = s.id
                        and t.provider_id = s.mechanic_id
                        and m.sender = is_absent.party
                )
            ) + c.absent_after <= app.current_instant()
        from app.diagnostic_sessions as s
        cross join app.settings as c
        where s.id = is_absent.session_id
    );
end;
$$;
comment on function app.is_absent is
    'Whether the party, customer or mechanic, wrote nothing for app.settings.absent_after.';
