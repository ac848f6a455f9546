-- How much a message sounds like soliciting: what its words weigh, and each two in a row.

create function app.weigh_wording(
    folded text,
    model_version smallint,
    out log_odds real,
    out reason text
)
    language plpgsql
    stable
    set search_path = ''
    set plan_cache_mode = force_generic_plan  -- planning anew takes longer than weighing
as $$
declare
    words constant text[] := app.wording_words(folded);
begin
    -- A sub-select and no join: one look into the index for each, whatever the planner thinks of forty.
    select sum(g.weight) into log_odds
    from (
        select (
            select w.weight
            from app.filter_weights as w
            where w.gram = p.gram and w.version = weigh_wording.model_version
        ) as weight
        from (
            select '' as gram
            union all
            select unnest(words[2:])
            union all
            select concat(t.one, ' ', t.next)
            from unnest(words, words[2:]) as t (one, next)
        ) as p
    ) as g;
    if log_odds > 0 then
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
    'The logarithm of the odds that a text solicits, by app.filter_weights, which tools/train_filter.py fits; and, if '
    'they are more than even, what for. To explain one: the weights of its words.';
