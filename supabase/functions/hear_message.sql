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
    -- Logarithms of odds. What is below these, as a whole and in every part, holds nothing: of 1,250 messages of held-out
    -- files in which something was found, none was, and two with four harmless sentences around them; of the harmless
    -- ones 79 %.
    harmless constant real := -2;
    light constant real := 3;
    -- Without a figure or a sign of a shape it may be a little more: of the 18,574 messages of all files that leak, six
    -- more are not read, in one of which something was found; of the 1,790 harmless ones 18 % are read, and not 21.
    harmless_in_words constant real := -1;
    light_in_words constant real := 4;
    -- No wording talks away what is a detail by its shape alone. Two patterns behind a quick look each: PostgreSQL keeps
    -- 32 compiled, and to compile both as one takes it longer than all the rest. A number as North America, Europe, India,
    -- China and Brazil write theirs; a place on a map.
    figures constant text := '[0-9](?:[^0-9]*[0-9]){4}';
    number_shapes constant text := '[0-9][.][0-9]{4,7}[^0-9]{1,4}[0-9]{1,3}[.][0-9]{4}'
        '|(?:^|[^0-9a-z])(?:00[1-9][0-9][^0-9a-z]?[0-9]'
        '|(?:1[^0-9a-z]{0,2})?[2-9][0-9]{2}[^0-9a-z]{0,3}[2-9][0-9]{2}[^0-9a-z]{0,3}[0-9]{4}(?:[^0-9]|$)'
        '|0[1-9][0-9]{1,3}[^0-9a-z]?[0-9]{3}|0[1-9](?:[^0-9a-z][0-9]{2}){4}|[6-9][0-9]{4}[^0-9a-z]?[0-9]{5}'
        '|1[3-9][0-9]{9}|[1-9]{2}[^0-9a-z]9?[0-9]{4}[^0-9a-z][0-9]{4})';
    -- An address of mail, an account, a link, glued or reversed too; a street, a place on a map; a number with its
    -- country, in letters, in Morse.
    signs constant text := '[@_/$+]|[.-][a-z.-]|www|dot[con]|[0-9] [a-z]+ (?:st|ave|r[od]|l[an]|dr|b[ol])|8[0-8]{2}[-. )]+[a-z]';
    sign_shapes constant text := '@ ?[a-z]|_|://|www|u/|[$][a-z]|[a-z0-9][.][a-z]{2}|dot(?:com|net|org)|(?:moc|ten|gro)[.][a-z]'
        '|[0-9] [a-z]+ (?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd)(?:[^a-z]|$)|///|[+][0-9]{2}[ 0-9]'
        '|[a-z0-9]{4}[+][a-z0-9]{2}|(?:1[-. ][(]?8[0-8]{2}[-. )]|8[0-8]{2}-)[a-z]{2}|[.-]{5}[ /|][.-]{5}';
    long_word constant integer := 21;
    -- Nor does it say anything where nobody knows the words: four in a row.
    unknown constant text := '% 0 0 0 0 %';
    -- A piece of a detail may be too short to sound like anything: of plain words, it has to sound more harmless.
    longest_piece constant integer := 32;
    short_harmless constant real := -2.5;
    short_light constant real := 1.5;
    no_plain_word constant text := '[^a-z ,.!?'']|[.][a-z]|(?:^| )[b-hj-z](?: |$)';
    likely constant real := 1.6;  -- from here the wording is enough
    -- A part that solicits is not made harmless by what stands around it. But the heaviest part of anything weighs
    -- something, so a part counts for less than the whole.
    less_for_a_part constant real := 4.8;
    seen constant record := app.fold_text(body);
    words constant text[] := app.wording_words(seen.folded);
    log_odds real;
    lacking real;
    reason text;
    weights real[];
    weight real;
    whole real := 0;
    part real := 0;
    heaviest real := 0;
    longest integer;
    is_harmless boolean;
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
                select w.weight
                from app.filter_weights as w
                where w.gram = t.next and w.version = hear_message.model_version
            ), 0
        ) + coalesce(
            (
                select w.weight
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
    log_odds := greatest(whole, weights[cardinality(weights)] + heaviest - less_for_a_part);
    is_harmless := case
        when length(body) <= longest_piece then
            log_odds < short_harmless and heaviest < short_light and seen.folded collate "C" !~ no_plain_word
        when log_odds < harmless and heaviest < light then true
        else
            log_odds < harmless_in_words and heaviest < light_in_words
            and seen.folded collate "C" !~ '[0-9]' and seen.folded collate "C" !~ signs
    end
    and longest < long_word
    and concat(' ', array_to_string(weights, ' ')) not like unknown
    and (seen.folded collate "C" !~ figures or seen.folded collate "C" !~ number_shapes)
    and (seen.folded collate "C" !~ signs or seen.folded collate "C" !~ sign_shapes);
    if is_harmless then
        return row(seen.folded, seen.origins, log_odds, null, null, true, model_version)::app.heard_message;
    end if;
    lacking := greatest(likely - log_odds, 0);
    if lacking = 0 then
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
    return row(seen.folded, seen.origins, log_odds, lacking, reason, false, model_version)::app.heard_message;
end;
$$;
comment on function app.hear_message is
    'The logarithm of the odds that a message, or some part of it, solicits or tells a detail of contact, by a version '
    'of app.filter_weights (null: the live one), which tools/train_filter.py fits; its folded text and origins, as '
    'app.fold_text says; is_harmless: the odds are so low, in every part, that nothing need be looked for; lacking: '
    'how much less than likely they are, null if harmless; reason: what it is about, null if anything is lacking. To '
    'explain one: the weights of its words.';
