-- Streets with a house's number, and crossings; towns and highways are no places.

create function app.find_addresses(reading text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- each where its words stand, figures as 0; the first finds most
    shape constant text := translate(reading, '123456789', '000000000');
    streets constant text[] := array_remove(array[
        case when shape like '%0%S%' then
            app.compose_pattern(
                '(?<![0-9A-Za-z.$@/:-])(?:[0-9o]{1,2}[ -]){0,3}[0-9]{1,5}(?:~s)?[ ,`<](?:[nsowU][ .;])?'
                '(?:(?:[xzshTVXQNlPCSBw]|uz|[0-9]{1,3}~S)[ .'']){1,4}(?:S(?: [0-9]{1,3})?|(?<=[xS][ .''])Sz)%{after}'
                '(?:#(?:[0-9]{1,4}|[A-Za-z])%{after}|[ <](?:z|h|x) (?:[0-9]{1,4}|[son])%{after})?'
                '(?:<x(?: [A-Za-z]{1,2} [0-9]{5})?(?![0-9A-Za-z]|~[0-9]))?'
            )
        end,
        case when shape like any ('{"%x S%0%","%~S S%0%"}'::text[]) then app.compose_pattern(
            '(?:x|[0-9]~S) Sz?[`,< ]N? [0-9]{1,5}%{after}'
        ) end,
        case when shape like any ('{"%S %#0%","%S %N 0%"}'::text[]) then
            app.compose_pattern('%{before}S (?:[xzghn] ){1,4}(?:#|N )[0-9]{1,5}%{after}')
        end,
        case when reading like '%x S % x S%' then
            app.compose_pattern(
                '%{before}(?:(?:[xz]|uz) ){0,1}x S [A-Za-z]{1,2} (?:(?:[xz]|uz) ){0,1}x S%{after}'
            )
        end,
        case when reading like '%gz %g % S%' then
            app.compose_pattern('%{before}gz (?:[A-Za-z]{1,2} ){1,9}g (?:n )?(?:[xz]|uz) (?:x )?S%{after}')
        end,
        case when reading like '%gz %x S%' then
            app.compose_pattern(
                '%{before}gz (?:[gjtn] ){0,2}(?:(?:[xzhK]|uz)[ '']){1,4}?[xzhK][,< ]{1,2}(?:x )?x S%{after}'
            )
        end,
        case when shape like '%0_%S %x%' then
            app.compose_pattern(
                '(?<![0-9A-Za-z.$])[0-9]{1,4}[ ,<](?:(?:[xsz]|ooo) )?S (?:[a-zA-Z] ){0,2}x%{after}'
            )
        end,
        case when shape like any ('{"%S %0%",%S.%0%,%S;%0%}'::text[]) then
            app.compose_pattern('%{before}S[ .;](?:[xzgns][ ]){0,3}[xh][ ,<]{1,2}(?:z[ .])?[0-9]{1,4}%{after}')
        end
    ], null);
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    part record;
begin
    finding.kind := 'address';
    if cardinality(streets) > 0 then
        finding.reason := 'street';
        finding.confidence := 0.8;
        for part in
            select l.*
            from app.locate(reading, variadic streets) as l
        loop
            continue when part.matched ~ '^(?:19[5-9]|20[0-3])[0-9][ ,].*Sz$' and left(part.after, 3) ~ '^ [a-zK]';
            -- ten minutes' drive
            continue when right(part.matched, 2) = 'Sz' and left(part.after, 2) = ' x' and part.before !~ '[gj] $';
            finding.first_character := part.first_character;
            finding.last_character := part.last_character;
            findings := findings || finding;
        end loop;
    end if;

    -- my garage is behind the Golden Crown
    if strpos(reading, 'h ') > 0 and strpos(reading, ' gz ') > 0 then
        finding.reason := 'crossing';
        finding.confidence := 0.6;
        for part in
            select l.*
            from app.locate(reading, '(?<=[^0-9A-Za-z]gz )(?:[gjtn] ){0,2}(?:[xz][ '']){0,2}x(?:[ ''][xz]){0,2}(?: S)?(?![0-9A-Za-z])') as l
            where l.before collate "C" ~ '[^0-9A-Za-z]h (?:[A-Za-z]{1,2} ){0,3}gz $'
        loop
            finding.first_character := part.first_character
                + case when part.matched like '_ _ %' and left(part.matched, 1) in ('g', 'j', 't', 'n')
                    and substr(part.matched, 3, 1) in ('g', 'j', 't', 'n') then 4
                    when left(part.matched, 1) in ('g', 'j', 't', 'n') then 2 else 0 end;
            finding.last_character := part.last_character;
            findings := findings || finding;
        end loop;
    end if;

    -- corner of one street and another
    -- each side of it shows how it may end, and begin
    if reading like any ('{"%x nz x%","%x nz z%","%z nz x%","%z nz z%","%S nz x%","%S nz z%","% nz %~S%",%&%}'::text[])
        and (reading <> translate(reading, 'VhI', '') or strpos(reading, '~S') > 0)
    then
        finding.reason := 'crossing';
        finding.confidence := 0.6;
        for part in
            select l.*
            from app.locate(
                reading,
                '(?<=(?<![0-9A-Za-z])[gjtn] )(?:[xz] n )?(?:x|z|[0-9]{1,3}~S)(?: S)?(?: nz |&)(?:x|z|[0-9]{1,3}~S)(?: S)?'
                || '(?![0-9A-Za-z]|~[0-9A-Za-z])'
            ) as l
            where l.matched ~ 'x|~S' and (l.before ~ '[hV]|I (?:j|g)|z n $' or l.matched ~ 'x.*~S')
        loop
            finding.first_character := part.first_character;
            finding.last_character := part.last_character;
            findings := findings || finding;
        end loop;
    end if;
    return findings;
end;
$$;
comment on function app.find_addresses is 'Streets with a number, and crossings, in a reading.';
