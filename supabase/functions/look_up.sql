-- Where a name stands in what app.load_wording has loaded: one slot, without a search.

-- No search_path of its own, so that it becomes part of the query that asks it; every name in it is qualified.
create function app.look_up(slots integer[], shifts integer[], hash bigint)
    returns bigint
    language sql
    immutable
    parallel safe
return
    -- the slot: bits 0 to 17, shifted by bits 18 to 31 as often as the bucket says, bits 32 to 45
    slots[
        (hash + shifts[hash >> 32 & (cardinality(shifts) - 1)] * (hash >> 18 & 16383 | 1)) & (cardinality(slots) - 1)
    ]
    - (((hash >> 46 & 262143) + 262144) << 12);  -- without the mark; that of a name is never the one of an empty slot
comment on function app.look_up is
    'What stands for a name, by its hash, in the slots of app.loaded_wording; 1 to 4,095, and something '
    'else if nothing does (one unknown name in 300,000 is taken for another).';
