-- What is left of an escalation's offers and quotes decides where it stands.

create function app.settle_escalation(escalation_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    before_status text;
    after_status text;
    customer_id uuid;
begin
    select
        e.status,
        case
            when exists (
                select
                from app.repair_quotes as q
                where q.escalation_id = e.id
                    and q.status = 'sent'
            ) then 'quoted'
            when exists (
                select
                from app.offers as o
                where o.escalation_id = e.id
                    and o.status = 'accepted'
            ) then 'accepted'
            when exists (
                select
                from app.offers as o
                where o.escalation_id = e.id
                    and o.status = 'open'
            ) then 'offered'
            when e.wave < s.most_waves then 'matching'
            else 'unfilled'
        end,
        e.customer_id
    into before_status, after_status, customer_id
    from app.escalations as e
    cross join app.settings as s
    where e.id = settle_escalation.escalation_id
        and e.status in ('matching', 'offered', 'accepted', 'quoted')
    for update of e;
    if not found then
        return;
    end if;

    update app.escalations as e
    set status = after_status,
        ended_at = case when after_status = 'unfilled' then app.current_instant() end
    where e.id = settle_escalation.escalation_id;

    if after_status = 'matching' then
        perform app.enqueue_job(
            'match_escalation',
            jsonb_build_object('escalation_id', settle_escalation.escalation_id),
            'escalation:' || settle_escalation.escalation_id::text
        );
    end if;
    if after_status in ('matching', 'unfilled') and before_status <> after_status then
        perform app.tell(
            customer_id,
            case after_status
                when 'matching' then 'escalation_matching_again'
                else 'escalation_unfilled'
            end,
            settle_escalation.escalation_id
        );
    end if;
end;
$$;
comment on function app.settle_escalation is
    'Moves an undecided escalation to quoted, accepted, offered, matching (a job is queued) or, when '
    'no wave is left, unfilled. One that was approved or has ended is left alone.';
