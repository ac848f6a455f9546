-- How a message sounds, before it is read: what its words weigh, and each two in a row. Most are harmless in all of
-- them, and need no reading.

create function app.hear_message(body text, model_version smallint)
    returns app.heard_message
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes longer than weighing
as $$
declare
    seen constant record := app.fold_text(body);
    words constant text[] := app.wording_words(seen.folded);
    -- hundredths of logarithms of odds: of each word and of it with the one before
    weights integer[];
    weight integer;
    whole integer := 0;
    part integer := 0;
    heaviest integer := 0;
    odds integer;
    longest integer;
    is_harmless boolean;
    reason text;
    -- Without one of these nothing has a shape of the second sort, see below.
    sign constant text := '[@_/$+]|[.-][a-z.-]|www|dot[con]|[0-9] [a-z]+ (?:st|ave|r[od]|l[an]|dr|b[ol])|8[0-8]{2}[-. )]+[a-z]';
    likely constant integer := 160;  -- from here the wording is enough
begin
    if model_version is null then
        select s.filter_version into model_version
        from app.settings as s;
    end if;
    -- Sub-selects and no join: one look into the index for each, whatever the planner thinks of forty. The last has no
    -- word behind it: '' weighs what everything weighs.
    select array_agg(
        coalesce(
            (
                select round(w.weight * 100)
                from app.filter_weights as w
                where w.gram = t.next and w.version = hear_message.model_version
            ), 0
        ) + coalesce(
            (
                select round(w.weight * 100)
                from app.filter_weights as w
                where w.gram = concat(t.one, ' ', t.next) and w.version = hear_message.model_version
            ), 0
        )
    ), max(length(t.next))
    into weights, longest
    from unnest(words, words[2:] || ''::text) as t (one, next);
    foreach weight in array weights loop
        whole := whole + weight;
        part := greatest(part, 0) + weight;
        heaviest := greatest(heaviest, part);
    end loop;
    -- A part that solicits is not made harmless by what stands around it. But the heaviest part of anything weighs
    -- something, so a part counts for less than the whole.
    odds := greatest(whole, weights[cardinality(weights)] + heaviest - 480);

    is_harmless := case
        -- A piece of a detail may be too short to sound like anything: of plain words, it has to sound more harmless.
        when length(body) <= 32 then
            odds < -250 and heaviest < 150
            and seen.folded collate "C" !~ '[^a-z ,.!?'']|[.][a-z]|(?:^| )[b-hj-z](?: |$)'
        -- What is below these, as a whole and in every part, holds nothing: of 1,250 messages of held-out files in which
        -- something was found, none was, and two with four harmless sentences around them; of the harmless ones 79 %.
        when odds < -200 and heaviest < 300 then true
        -- Without a figure or a sign of a shape it may be a little more: of these, and of 4,855 found others that were
        -- learnt from, none is lost either, and 4 % more of the harmless ones are not read.
        else
            odds < -100 and heaviest < 400 and seen.folded collate "C" !~ '[0-9]'
            and seen.folded collate "C" !~ sign
    end
    -- No wording says anything where nobody knows the words: four in a row.
    and (
        cardinality(weights) - cardinality(array_remove(weights, 0)) < 4
        or concat(' ', array_to_string(weights, ' ')) not like '% 0 0 0 0 %'
    )
    and longest < 21;
    -- No wording talks away what is a detail by its shape alone. Two patterns behind a quick look each: PostgreSQL keeps
    -- 32 compiled, and to compile both as one takes it longer than all the rest.
    if is_harmless and seen.folded collate "C" ~ '[0-9](?:[^0-9]*[0-9]){6}' then
        declare
            -- a number as North America, Europe, India, China and Brazil write theirs; a place on a map
            number_shapes constant text :=
                '[0-9][.][0-9]{4,7}[^0-9]{1,4}[0-9]{1,3}[.][0-9]{4}'
                '|(?:^|[^0-9a-z])(?:[+][0-9]{2}[ 0-9]|00[1-9][0-9][^0-9a-z]?[0-9]'
                '|(?:1[^0-9a-z]{0,2})?[2-9][0-9]{2}[^0-9a-z]{0,3}[2-9][0-9]{2}[^0-9a-z]{0,3}[0-9]{4}(?:[^0-9]|$)'
                '|0[1-9][0-9]{1,3}[^0-9a-z]?[0-9]{3}|0[1-9](?:[^0-9a-z][0-9]{2}){4}|[6-9][0-9]{4}[^0-9a-z]?[0-9]{5}'
                '|1[3-9][0-9]{9}|[1-9]{2}[^0-9a-z]9?[0-9]{4}[^0-9a-z][0-9]{4})';
        begin
            is_harmless := seen.folded collate "C" !~ number_shapes;
        end;
    end if;
    if is_harmless and seen.folded collate "C" ~ sign then
        declare
            -- an address of mail, an account, a link, glued or reversed too; a street, a place on a map; a number in
            -- letters, in Morse
            sign_shapes constant text :=
                '@ ?[a-z]|_|://|www|u/|[$][a-z]|[a-z0-9][.][a-z]{2}|dot(?:com|net|org)|(?:moc|ten|gro)[.][a-z]'
                '|[0-9] [a-z]+ (?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd)(?:[^a-z]|$)'
                '|///|[a-z0-9]{4}[+][a-z0-9]{2}|(?:1[-. ][(]?8[0-8]{2}[-. )]|8[0-8]{2}-)[a-z]{2}|[.-]{5}[ /|][.-]{5}|[+][0-9]{2}[ 0-9]';
        begin
            is_harmless := seen.folded collate "C" !~ sign_shapes;
        end;
    end if;
    if is_harmless then
        return row(seen.folded, seen.origins, odds / 100.0, null, null, true, model_version)::app.heard_message;
    end if;

    if odds >= likely then
        select w.about into reason
        from (
            select unnest(words[2:]) as gram
            union all
            select concat(t.one, ' ', t.next)
            from unnest(words, words[2:]) as t (one, next)
        ) as p
        inner join app.filter_weights as w
            on p.gram = w.gram and w.version = hear_message.model_version and w.weight > 0
        where w.about is not null
        group by w.about
        order by sum(w.weight) desc, w.about
        limit 1;
        reason := coalesce(reason, 'solicits_contact');
    end if;
    return row(seen.folded, seen.origins, odds / 100.0, greatest(likely - odds, 0) / 100.0, reason, false, model_version)::app.heard_message;
end;
$$;
comment on function app.hear_message is
    'The logarithm of the odds that a message, or some part of it, solicits or tells a detail of contact, by a version '
    'of app.filter_weights (null: the live one), which tools/train_filter.py fits; its folded text and origins, as '
    'app.fold_text says; is_harmless: the odds are so low, in every part, that nothing need be looked for; lacking: '
    'how much less than likely they are, null if harmless; reason: what it is about, null if anything is lacking. To '
    'explain one: the weights of its words.';
