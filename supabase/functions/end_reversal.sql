-- What became of a reversal: made, or refused for want of money on the payee's account.

create function backend.end_reversal(reversal_id uuid, failure text default null)
    returns void
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    update app.transfer_reversals as r
    set status = case when end_reversal.failure is null then 'done' else 'refused' end,
        failure = end_reversal.failure,
        retry_at = case
            when end_reversal.failure is not null
                then app.current_instant() + interval '1 day'
        end
    where r.id = end_reversal.reversal_id
        and r.status = 'creating';
end;
$$;
comment on function backend.end_reversal is
    'Without a failure: it is made, and its fact was told. Refused, it is asked for again after a day, '
    'and meanwhile taken from what the payee earns.';
grant execute on function backend.end_reversal to worker;
