-- A first quote is new work; another one for a case that was quoted before is not.

create function app.needed_to_quote(offer_id uuid)
    returns text
    language sql
    stable
    set search_path = ''
as $$
    select case
        when exists (
            select
            from app.repair_quotes as q
            where q.offer_id = needed_to_quote.offer_id
                and q.sent_at is not null
        ) then 'may_continue_work'
        else 'may_take_work'
    end;
$$;
comment on function app.needed_to_quote is
    'What app.lock_standing asks of whoever quotes: may_take_work or may_continue_work.';
