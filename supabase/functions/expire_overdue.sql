-- Writes down what the clock has decided already, and tells the people concerned.

create function backend.expire_overdue()
    returns void
    language plpgsql
    volatile
    security definer  -- the worker holds no grant on tables; this is the only way
    set search_path = ''
as $$
begin
    perform app.expire_overdue_sessions();
    perform app.expire_overdue_offers();
    perform app.expire_overdue_payments();
    perform app.end_overdue_bars();
    perform app.begin_overdue_bars();
    perform app.forget_previews();
end;
$$;
comment on function backend.expire_overdue is
    'Expires overdue sessions, offers, quotes, payments and previews, releases what a bar withheld that is '
    'over, and ends the work of whom a notice period has barred. Late or never, it changes no access.';
grant execute on function backend.expire_overdue to worker;
