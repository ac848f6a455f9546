-- A decision on a refund stays as it was made, and so does the policy that it was made by.

create function app.refuse_refund_change()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    raise exception 'what was decided on a refund, and by which policy, is not changed'
        using errcode = 'restrict_violation';
end;
$$;
comment on function app.refuse_refund_change is 'Refuses the change, whoever asks.';

create trigger what_is_settled_is_never_changed
    before update or delete on app.refund_requests
    for each row when (old.status <> 'open')
    execute function app.refuse_refund_change();
-- The policies neither: nothing empties them but what empties the requests that name them.
create trigger refund_requests_are_not_emptied
    before truncate on app.refund_requests
    for each statement execute function app.refuse_refund_change();
create trigger a_refund_policy_in_force_is_never_changed
    before update or delete on app.refund_policies
    for each row when (old.effective_from <= app.current_instant())
    execute function app.refuse_refund_change();
create trigger a_refund_policy_does_not_begin_in_the_past
    before insert or update on app.refund_policies
    for each row when (new.effective_from < app.current_instant())
    execute function app.refuse_refund_change();
