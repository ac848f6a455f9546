-- The contact filter: what in a message would let two people reach each other elsewhere.

create function app.find_contacts(body text, earlier text[] default '{}')
    returns table (
        piece integer,
        kind text,
        first_character integer,
        last_character integer,
        confidence real,
        reason text
    )
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes as long as all the rest
as $$
declare
    -- said between two pieces, and no piece itself
    chatter constant text[] := string_to_array(
        'ahead cool go got great haha hang hello hey hi hmm it k kk lol luck nice no nope odd ok okay on one right sec '
        'second sorry still sure take thank thanks that''s there thx time ty wait ya yeah yep yes you your yup', ' '
    );
    -- what app.find_written finds begins with one of these
    worth_a_look constant text :=
        '[0-9]{3}[)]?[-.][a-z]{2}|8[0-9]{2} [a-z]{3}|[0-9]{3}[a-z]{4}|dot(?:com|net|org|biz|info|co|io|shop|site)|[+][2-9cfghj-x]{2}'
        '|[0-9][a-z0-9]? [0-9][a-z]{2}(?![a-z0-9])|str(?:ass?e|[.])? [0-9]|/{3}[a-z]|www'
        '|[0-9][.][0-9]{4}|p[. ]*o[. ]* ?box|[a-z][.](?:de|nl|ch|cc|tv|se|dk|cz|jp|kr|cn|za|nz|ie|garage|repair|shop'
        '|cars|autos?|online|site|store|services?|me)(?![a-z0-9])|[a-z]{21}|(?:moc|ten|gro)[.]';
    linked constant text := '[@>D{]|[.][TL]|[.][A-Za-z]+/';
    many constant integer := 32;
    kept integer[] := array[]::integer[];
    begins integer[] := array[]::integer[];
    ahead text := '';
    figures integer;
    has_number boolean;
    has_link boolean;
    has_account boolean;
    has_street boolean;
    is_written boolean;
    is_completing boolean;
    last_piece text;
    seen record;
    read record;
    detail record;
    place record;
    from_character integer;
    to_character integer;
    kinds text[] := array[]::text[];
    firsts integer[] := array[]::integer[];
    lasts integer[] := array[]::integer[];
    confidences real[] := array[]::real[];
    reasons text[] := array[]::text[];
    completes boolean := false;
    completed boolean := false;
    soliciting record;
begin
    -- A piece is short, and so is what completes it. What could be one is read again: little text, or digits.
    if cardinality(earlier) > 0 and length(body) <= 48
        and (length(body) <= 32 or body <> translate(body, '0123456789@', ''))
    then
        for n in greatest(1, cardinality(earlier) - 19) .. cardinality(earlier) loop
            continue when earlier[n] is null or length(earlier[n]) > 48
                or (length(earlier[n]) > 32 and earlier[n] = translate(earlier[n], '0123456789@', ''))
                or string_to_array(lower(rtrim(earlier[n], ' .!?')), ' ') <@ chatter;
            kept := kept || n;
            begins := begins || length(ahead);
            ahead := ahead || earlier[n] || E'\x03';
        end loop;
    end if;
    kept := kept || 0;
    begins := begins || length(ahead);

    seen := app.fold_text(ahead || body);
    read := app.read_text(seen.folded);
    last_piece := split_part(read.reading, '`', -1);
    is_completing := ahead <> '' and last_piece <> translate(last_piece, '0123456789o', '');
    -- Most messages have nothing to look at twice, and a look is cheaper than a function.
    figures := length(read.reading) - length(translate(read.reading, '0123456789o', ''));
    has_number := figures >= 7
        or (figures >= 5 and length(read.reading) - length(translate(read.reading, '0123456789ot', '')) >= 7);
    has_link := read.reading ~ linked;
    has_account := read.reading <> translate(read.reading, '^{$ABPG', '') or strpos(read.reading, 'a a ') > 0;
    has_street := (figures > 0 and strpos(read.reading, 'S') > 0)
        or (
            (strpos(read.reading, ' nz ') > 0 or strpos(read.reading, '&') > 0)
            and read.reading <> translate(read.reading, 'VhI', '')
        );
    is_written := seen.folded ~ worth_a_look;
    if has_number or has_link or has_account or has_street or is_written or is_completing then
        for detail in
            select f.*
            from (
                select p.*, false as in_text from app.find_phones(read.reading, read.tokens) as p where has_number
                union all
                select l.*, false from app.find_links(read.reading) as l where has_link
                union all
                select h.*, false from app.find_handles(read.reading) as h where has_account
                union all
                select a.*, false from app.find_addresses(read.reading) as a where has_street
                union all
                select w.*, true from app.find_written(seen.folded) as w where is_written
                union all
                select s.*, false from app.find_split_phones(read.reading) as s where is_completing
            ) as f
            where f.confidence >= 0.5
        loop
            if cardinality(kinds) = many then
                -- what holds so much is hidden to its end
                lasts[many] := length(ahead || body);
                firsts[many] := (select min(f.f) from unnest(firsts) as f (f));
                reasons[many] := 'flood';
                exit;
            end if;
            if detail.in_text then
                from_character := detail.first_character;
                to_character := detail.last_character;
            else
                place := app.place_in_text(
                    read.reading, read.tokens, detail.first_character, detail.last_character
                );
                from_character := place.first_character;
                to_character := place.last_character;
            end if;
            while substr(seen.folded, from_character - 1, 1) in ('(', '+', '@', '$') loop
                from_character := from_character - 1;
            end loop;
            if detail.kind = 'url' and substr(seen.folded, to_character + 1, 1) in ('?', '/', '#', '&', '=', '-', '_', ':') then
                to_character := to_character + coalesce(
                    length(substring(substr(seen.folded, to_character + 1) from '^[^\s\x03]*[a-z0-9/_=-]')), 0
                );
            end if;
            if seen.origins is not null then
                to_character := greatest(
                    seen.origins[to_character],
                    coalesce(seen.origins[to_character + 1] - 1, length(ahead || body))
                );
                from_character := seen.origins[from_character];
            end if;
            kinds := kinds || detail.kind;
            firsts := firsts || from_character;
            lasts := lasts || to_character;
            confidences := confidences || detail.confidence;
            reasons := reasons || detail.reason;
            completes := completes or to_character > length(ahead);
            completed := completed or (detail.reason = 'pieces' and to_character > length(ahead));
        end loop;

        if completes then
    end if;

    -- A piece a row, none overlapping, only of details that the body completes.
        for detail in
            select
                m.n,
                d.k,
                greatest(d.f - m.begins, 1) as f,
                least(d.l, m.ends) - m.begins as l,
                d.c,
                d.r
            from unnest(kinds, firsts, lasts, confidences, reasons) as d (k, f, l, c, r)
            inner join unnest(kept, begins, begins[2:] || (length(ahead || body) + 1)) as b (n, begins, next) on true
            cross join lateral (select b.n, b.begins, b.next - 1 as ends) as m
            where d.f <= m.ends and d.l > m.begins
                and (d.l > length(ahead) or (d.r = 'pieces' and completed))
            order by m.n desc, f, l desc
        loop
            if piece = detail.n and detail.f <= last_character + 1 then
                last_character := greatest(last_character, detail.l);
                continue;
            end if;
            if kind is not null then
                return next;
            end if;
            piece := detail.n;
            kind := detail.k;
            first_character := detail.f;
            last_character := detail.l;
            confidence := detail.c;
            reason := detail.r;
        end loop;
        if kind is not null then
            return next;
        end if;
    end if;

    soliciting := app.judge_solicitation(
        last_piece,
        split_part(seen.folded, E'\x03', -1)
    );
    if soliciting.reason is null and ahead <> '' and length(body) <= 32 then
        soliciting := app.judge_solicitation(read.reading, seen.folded);
        if soliciting.reason is not null
            and (app.judge_solicitation(left(read.reading, -1 - length(last_piece)), '')).reason is not null
        then
            soliciting.reason := null;
        end if;
    end if;
    if soliciting.reason is not null then
        piece := 0;
        kind := 'solicitation';
        first_character := null;
        last_character := null;
        confidence := soliciting.confidence;
        reason := soliciting.reason;
        return next;
    end if;
end;
$$;
comment on function app.find_contacts is
    'Contact details in a message, in order, none overlapping, and whether it solicits. Places count characters '
    'from 1; confidence is 0.5 to 1. earlier: what the sender last wrote in the thread, oldest first; piece says '
    'which of them holds a part of the detail, 0 the body.';
