-- E-mail addresses and links in a reading, written as such or with words for their signs.

create function app.find_links(reading text)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    findings app.finding[] := array[]::app.finding[];
    finding app.finding;
    -- each where the signs of it stand
    addresses constant text[] := array_remove(array[
        -- name@name.name
        case when reading <> translate(reading, '@{', '') then
            app.compose_pattern(
                '%{before}%{name}(?:[._+~%-]%{name})*[@{](?:%{name}(?:[-~]%{name})*-?%{dot})+[A-Za-z]+'
            )
        end,
        case when reading like '%@%,T%' then
            app.compose_pattern('%{before}%{name}(?:[._+~%-]%{name})*@%{name}(?:[-~]%{name})*,T%{after}')
        end,
        -- name at name dot com
        case when reading like any (
            '{%j%.T%,%j%.L%,%j%.h%,%j%.n%,%j%G.z%,%j%D_T%,%j%D_L%,%j%D_h%,%j%D_n%,%j%G_D_z%}'::text[]
        ) then
            app.compose_pattern(
                '%{before}%{name}(?:(?:[._+~-]|%{said dot})%{name})*[^;@]j[^;@]'
                '(?:(?:%{name}(?:[-~_]%{name})*%{dot})+[TLhn]|G%{dot}z)%{after}(?:/%{name}%{path})?'
            )
        end,
        -- name at gmail, with nothing after it
        case when reading like any ('{%@G%,"%{G%"}'::text[]) then
            app.compose_pattern('%{before}%{name}(?:[._+~-]%{name})*[@{]G(?:,T)?')
        end,
        -- a host of mail, whatever ends it
        case when reading like any ('{%G.%,%G_D%}'::text[]) then
            app.compose_pattern('%{before}(?:%{name}(?:[-._~]%{name})*[@j] ?)?G%{dot}[TLM]%{after}')
        end,
        -- jofixes dot garage
        case when reading like any ('{%x%D_h%,%x%D_M%,%x%D_Y%}'::text[]) then
            app.compose_pattern('%{before}x(?:[-~_]%{name})*%{said dot}[hMY]%{after}')
        end,
        -- a circled a
        case when reading like '% n G%T%' then
            app.compose_pattern('%{before}%{name}(?:[._+~-]%{name})+ n G%{dot}T')
        end,
        -- a scheme; www; name.com; name dot com; name.x/path
        case when strpos(reading, '>') > 0 then
            app.compose_pattern('%{before}%{name}>%{name}(?:[-~.:_]%{name})*(?:/%{name}%{path})?')
        end,
        case when reading like any ('{%.T%,%.L%,%D_T%,%D_L%}'::text[]) then
            app.compose_pattern('%{before}(?:%{name}(?:[-~_]%{name})*%{dot})+[TL]%{after}(?:/%{name}%{path})?')
        end,
        case when reading like any ('{%._/%,%.__/%,%.___/%,%.____/%}'::text[]) then
            app.compose_pattern('%{before}[A-Za-z]+(?:[-~.]%{name})*[.][A-Za-z]+/[0-9A-Za-z]+%{path}')
        end
    ], null);
    site record;
begin
    if cardinality(addresses) = 0 then
        return findings;
    end if;
    finding.confidence := 1;
    finding.reason := 'shape';
    for site in select l.* from app.locate(reading, variadic addresses) as l loop
        finding.kind := case
            when strpos(site.matched, '>') = 0 and site.matched <> translate(site.matched, '@{', '') then 'email'
            when site.matched collate "C" ~ '[^0-9A-Za-z]j[^0-9A-Za-z]| n G' then 'email'
            else 'url'
        end;
        finding.first_character := site.first_character;
        if finding.kind = 'email' and strpos(site.matched, '/') > 0 and strpos(site.matched, '@') = 0 then
            -- booking at name.com/path
            finding.kind := 'url';
            finding.first_character := site.first_character
                + length(substring(site.matched collate "C" from '^.*[^0-9A-Za-z]j[^0-9A-Za-z]'));
        end if;
        finding.last_character := site.last_character;
        findings := findings || finding;
    end loop;
    return findings;
end;
$$;
comment on function app.find_links is 'E-mail addresses and links in a reading.';
