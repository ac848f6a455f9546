-- What the end of a bar brings back: referrals, and what was earned and withheld.

create function app.end_bar(holder_id uuid, restriction_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.referrals as r
    set status = case when r.earned_at is null then 'pending' else 'earned' end
    where r.mechanic_id = end_bar.holder_id
        and r.status = 'withheld';
    -- The ledger's accounts are locked last, as by every posting.
    perform app.release_earnings(end_bar.holder_id, end_bar.restriction_id);
end;
$$;
comment on function app.end_bar is
    'Releases what a bar withheld; work that it ended is not brought back. The caller holds the standing, '
    'which bars no more.';
