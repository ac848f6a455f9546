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
    perform app.begin_overdue_bars();
    perform app.forget_previews();
end;
$$;
comment on function backend.expire_overdue is
    'Expires overdue sessions, offers, quotes, payments and previews, and ends the work of whom a notice '
    'period has barred. Late or never, it changes no answer.';
grant execute on function backend.expire_overdue to worker;
