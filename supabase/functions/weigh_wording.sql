-- How much a message sounds like a way around the platform: what its words weigh, and each two in a row.

create function app.weigh_wording(
    folded text,
    model_version smallint,
    out log_odds real,
    out lacking real,
    out reason text
)
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes longer than weighing
as $$
declare
    -- from here the wording is enough
    likely constant real := 1.6;
    -- A part that solicits is not made harmless by what stands around it. But the heaviest part of anything weighs
    -- something, so a part counts for less than the whole.
    less_for_a_part constant real := 4.8;
    words constant text[] := app.wording_words(folded);
    always real;
    weights real[];
    weight real;
    part real := 0;
    heaviest real := 0;
begin
    -- Sub-selects and no join: one look into the index for each, whatever the planner thinks of forty.
    select
        (
            select w.weight
            from app.filter_weights as w
            where w.gram = '' and w.version = weigh_wording.model_version
        ),
        sum(t.weight), array_agg(t.weight)
    into always, log_odds, weights
    from (
        select
            coalesce(
                (
                    select w.weight
                    from app.filter_weights as w
                    where w.gram = t.next and w.version = weigh_wording.model_version
                ), 0
            ) + coalesce(
                (
                    select w.weight
                    from app.filter_weights as w
                    where w.gram = concat(t.one, ' ', t.next) and w.version = weigh_wording.model_version
                ), 0
            ) as weight
        from unnest(words, words[2:]) as t (one, next)
        offset 0
    ) as t;
    foreach weight in array weights loop
        part := greatest(part, 0) + weight;
        heaviest := greatest(heaviest, part);
    end loop;
    log_odds := always + greatest(log_odds, heaviest - less_for_a_part);
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
            on p.gram = w.gram and w.version = weigh_wording.model_version and w.weight > 0
        where w.about is not null
        group by w.about
        order by sum(w.weight) desc, w.about
        limit 1;
        reason := coalesce(reason, 'solicits_contact');
    end if;
end;
$$;
comment on function app.weigh_wording is
    'The logarithm of the odds that a text, or some part of it, solicits or tells a detail of contact, by '
    'app.filter_weights, which tools/train_filter.py fits; lacking: how much less than likely that is; reason: what it '
    'is about, null if anything is lacking. '
    'To explain one: the weights of its words.';
