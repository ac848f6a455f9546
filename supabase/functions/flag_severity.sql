-- How grave a flag of the filter is, before anybody has looked.

create function app.flag_severity(solicits text)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select case
        when flag_severity.solicits in ('solicits_payment', 'solicits_meeting') then 'S3'
        when flag_severity.solicits is not null then 'S2'
        else 'S1'
    end;
$$;
comment on function app.flag_severity is
    'S3 for soliciting payment or a meeting, S2 for other soliciting, S1 for a detail alone. Argument: why it '
    'solicits, as app.judge_asking says.';
