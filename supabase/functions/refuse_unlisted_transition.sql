-- A state changes along a listed arrow or not at all, whoever asks.

create function app.refuse_unlisted_transition()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    machine text := tg_argv[0];
    origin text := case when tg_op = 'UPDATE' then old.status end;
begin
    if origin is not distinct from new.status then
        return new;
    end if;
    if not exists (
        select
        from app.transitions as t
        where t.entity = machine
            and t.from_status is not distinct from origin
            and t.to_status = new.status
    ) then
        raise exception 'a % does not go from % to %',
            machine, coalesce(origin, 'nothing'), new.status
            using errcode = 'PT409';
    end if;
    return new;
end;
$$;
comment on function app.refuse_unlisted_transition is
    'Refuses a change of status that app.transitions does not list. Argument: the entity. PT409.';

create trigger sessions_follow_the_listed_transitions
    before insert or update of status on app.diagnostic_sessions
    for each row execute function app.refuse_unlisted_transition('session');
create trigger escalations_follow_the_listed_transitions
    before insert or update of status on app.escalations
    for each row execute function app.refuse_unlisted_transition('escalation');
create trigger offers_follow_the_listed_transitions
    before insert or update of status on app.offers
    for each row execute function app.refuse_unlisted_transition('offer');
create trigger quotes_follow_the_listed_transitions
    before insert or update of status on app.repair_quotes
    for each row execute function app.refuse_unlisted_transition('quote');
create trigger payments_follow_the_listed_transitions
    before insert or update of status on app.payments
    for each row execute function app.refuse_unlisted_transition('payment');
create trigger refund_requests_follow_the_listed_transitions
    before insert or update of status on app.refund_requests
    for each row execute function app.refuse_unlisted_transition('refund_request');
create trigger referrals_follow_the_listed_transitions
    before insert or update of status on app.referrals
    for each row execute function app.refuse_unlisted_transition('referral');
