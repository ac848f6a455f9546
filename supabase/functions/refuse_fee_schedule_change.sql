-- Prices that were in force stay as they were; new ones never begin in the past.

create function app.refuse_fee_schedule_change()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    raise exception 'a fee schedule is not backdated, nor changed once in force'
        using errcode = 'restrict_violation';
end;
$$;
comment on function app.refuse_fee_schedule_change is 'Refuses the change, whoever asks.';

create trigger a_fee_schedule_in_force_is_never_changed
    before update or delete on app.fee_schedule
    for each row when (old.effective_from <= app.current_instant())
    execute function app.refuse_fee_schedule_change();
create trigger a_fee_schedule_is_not_announced_backdated
    before insert on app.fee_schedule
    for each row when (new.effective_from < app.current_instant())
    execute function app.refuse_fee_schedule_change();
create trigger a_fee_schedule_is_not_moved_to_the_past
    before update on app.fee_schedule
    for each row when (new.effective_from < app.current_instant())
    execute function app.refuse_fee_schedule_change();
create trigger fee_schedules_are_not_emptied
    before truncate on app.fee_schedule
    for each statement execute function app.refuse_fee_schedule_change();
