-- Account names elsewhere in a reading: @name, $cashtag, or a name beside the name of a service.

create function app.find_handles(reading text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    signed constant text := app.compose_pattern(
        '[\^{@](?:%{coined}|[A-Za-z]+(?:-[A-Za-z]+)+|[xhNKSVZXsCPABGR])%{after}|[$](?:%{coined}|x)%{after}'
    );
    -- How an account is told, each where the letters of it stand. =, P and m are read as :, A and R.
    alike constant text := translate(reading, '=PBamV', ':AARRR');
    is_coined constant boolean := reading like any ('{%.%,%\\_%,%#%,%~%}'::text[]);
    beside constant text[] := array_remove(array[
        -- insta jo.fixes; telegram user name is jofixes7
        case when is_coined and strpos(alike, 'A') > 0 then
            app.compose_pattern('%{before}[AP]%{gap}(?:[ABPNyaRjMgntW]%{gap}){0,4}(?:%{coined})%{after}')
        end,
        -- insta: jofixes; my snap is jofixes
        case when alike like any ('{%A:%,%A :%,"%A y %","%A R %","%A j %","%A A %",%A<^%,%A<$%,"%A< ^%","%A< $%","%A,^%","%A,$%"}'::text[]) then
            app.compose_pattern(
                '%{before}[AP](?: ?[:=]| ?[:=] |[ ][yaj] |[ ]A |[<,] ?(?=[\^$]))'
                '(?:[yRjMganW]%{gap}){0,3}[xsh](?:-[A-Za-z]+)*%{after}'
            )
        end,
        -- add me on snap jofixes
        case when alike like any ('{"%R%A %",%R%A\,%,%R%A:%,%R%A<%,%R%A`%}'::text[]) then
            app.compose_pattern(
                '%{before}[RamV]%{gap}(?:[MngyN]%{gap}){0,3}[AB][ ,:<`](?:[yajgn]%{gap}){0,3}'
                '(?:%{coined}|x(?! [ngWRM]))%{after}'
            )
        end,
        case when is_coined and strpos(reading, 'B') > 0 then
            app.compose_pattern('%{before}B(?: [yan])*[:= ]+(?:%{coined})%{after}')
        end,
        -- skype live:jofixes
        case when strpos(reading, 'A G:') > 0 then app.compose_pattern('%{before}A G:(?:%{coined}|x)%{after}') end,
        -- upi jo@bank; upi karo jo@bank
        case when reading like '%A%@%' or reading like '%P%@%' then
            app.compose_pattern(
                '%{before}[AP][: ]+[A-Za-z]+@[A-Za-z]+%{after}'
                '|%{before}P(?: [A-Za-z]z?){1,4} [A-Za-z]+@[A-Za-z]+%{after}'
            )
        end,
        -- telegram mein dhoondho jo.fixes
        case when reading like any ('{%A%.%,%A%\\_%}'::text[]) then
            app.compose_pattern(
                '%{before}A(?: [A-Zabd-z]z?){1,4}[ ,:<]+'
                '[A-Za-z]+(?:[._][A-Za-z]+(?:[._~][0-9A-Za-z]+)*|~[0-9]+_[A-Za-z]+)%{after}'
            )
        end,
        -- je suis jo underscore fixes
        case when strpos(reading, ' D ') > 0 then
            app.compose_pattern(
                '%{before}[ABP][: ]+(?:[A-Zabd-z]z?[: ]+){0,4}[xsz](?: D [xsz])+(?! [TD])%{after}'
            )
        end,
        -- the name is limp_mode
        case when reading like '%a%\_%' then
            app.compose_pattern('%{before}a (?:[ay] )?[A-Za-z]+_[A-Za-z]+(?:[._~][0-9A-Za-z]+)*%{after}')
        end,
        -- just venmo jofixes
        case when reading like '%P% x%' then app.compose_pattern(
            '%{before}P(?: (?:[zyMgjantX]|nz)){0,4} x(?:-[0-9A-Za-z]+)*%{after}'
        ) end
    ], null);
    hosted constant text :=
        app.compose_pattern(
            '(?<![0-9A-Za-z._])(?:(?:%{coined})[ (](?:[gjn] ){0,2}[(]?(?:[GAB]|a E|x E)'
            '|x(?:[(]|[ ](?:[gj] (?:n )?)?)G)%{after}'
        );
    -- search First Last on facebook; my page is Name; under Name on facebook
    searched constant text := app.compose_pattern(
        '%{before}a (?:[aA] )?(?:t )?(?:[xzhKN][ '']){1,4}(?=g [AB]|nz )'
        '|(?:[AG]|Bz) (?:a )?[ay] [xzhKN](?:[._~][0-9A-Za-z]+)*(?:[ ''][xzhKN](?:~[0-9]+)?){0,4}'
        '|%{before}[AB](?:[:<(,] ?| a | z a )(?:[yg] )?x(?:[ ''][xzhKN]){1,3}'
        '|a M g [AB] [az] x(?:[ ''][xzh]){0,3}'
        '|%{before}R z a y (?:[xzhKN][ '']){0,4}x(?:[ ''][xzhKN]){0,3}'
    );
    -- and no price
    is_signed constant boolean := (reading <> translate(reading, '^{$', '') or reading like '@%\_%')
        and translate(
            reading, 'ABCDEFGHIJKLMNOPQRSTUVWXYZbcdefghijklmnopqrstuvwxyz^{@', repeat('a', 51) || repeat('$', 3)
        ) like '%$a%';
    part record;
begin
    if reading = translate(reading, '^{$@ABPGa', '') then
        return findings;
    end if;
    finding.kind := 'handle';
    finding.reason := 'account';
    finding.confidence := 0.9;
    for part in
        select l.first_character, l.last_character, l.matched
        from app.locate(reading, signed) as l
        where is_signed
        union all
        select l.first_character, l.last_character, l.matched
        from app.locate(reading, variadic beside) as l
        where cardinality(beside) > 0
    loop
        finding.first_character := case
            when part.matched like '$%' or part.matched like '^%' or part.matched like '{%' then part.first_character + 1
            when part.matched like '% D _' then part.last_character - 4
            -- the name is what comes last
            else 1 + part.last_character
                - length(substring(part.matched from '(?:[0-9A-Za-z]+[-._~#@])*[0-9A-Za-z]+$'))
        end;
        finding.last_character := part.last_character;
        findings := findings || finding;
    end loop;

    finding.confidence := 0.8;
    if (is_coined and reading like any ('{%G%,%A%,%B%,"%a E%","%x E%"}'::text[])) or reading like '%x%G%' then
        for part in select l.first_character, l.matched from app.locate(reading, hosted) as l loop
            finding.first_character := part.first_character;
            -- a host of mail belongs to it
            finding.last_character := part.first_character - 1 + case
                when right(part.matched, 1) = 'G' then length(part.matched)
                else length(substring(part.matched from '^(?:[0-9A-Za-z]+[._~])*[0-9A-Za-z]+'))
            end;
            findings := findings || finding;
        end loop;
    end if;

    -- each of its alternatives shows a few letters
    if reading like any (
        '{"%a %g A%","%a %g B%","%a %nz %","%A a %","%A y %","%G a %","%G y %","%Bz a %","%Bz y %","%A_x%","%B_x%","%A__x%",'
        '"%B__x%","%A_y_x%","%B_y_x%","%A__y x%","%B__y x%","%A__g x%","%B__g x%","%A_g x%","%B_g x%","%A a %x%","%B a %x%",'
        '"%A z a %","%B z a %","%a M g %","%R z a y %"}'::text[]
    ) then
        finding.confidence := 0.7;
        finding.reason := 'search';
        for part in
            select l.first_character, l.last_character, l.matched
            from app.locate(reading, searched) as l
            -- the bottom line: it runs
            where strpos(l.matched, 'x') > 0 and not (l.matched like 'B:%' and l.before ~ '[xzKU] $')
        loop
            finding.first_character := part.first_character + length(substring(part.matched from '^(?:(?:[aAGtgMyRz]|Bz) (?=[^$]))+'));
            finding.last_character := part.last_character - case when right(part.matched, 1) in (' ', '''') then 1 else 0 end;
            findings := findings || finding;
        end loop;
    end if;
    return findings;
end;
$$;
comment on function app.find_handles is 'Account names on other services in a reading.';
