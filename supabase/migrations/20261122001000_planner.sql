-- What the planner is told of the machine.

-- Data lie on solid-state disks, mostly in memory. With PostgreSQL's default of 4, meant for spinning
-- disks, a page of a busy mechanic's list is sorted out of all their rows (24 ms at 3000 rows) and not
-- read in order from the index (0.3 ms): under row level security the planner does not know who is
-- asking, and takes everybody for average.
do $$
begin
    execute format('alter database %I set random_page_cost = 1.1', current_database());
end;
$$;
