-- Every message as it was typed, and how the filter flagged it, thread by thread in the order of the conversation.
select
    m.id::text,
    m.thread_id::text,
    coalesce(m.sender_id::text, m.sender) as sender,
    coalesce(r.body, m.body) as typed,
    r.message_id is not null as was_hidden,  -- a piece of it too, which its sender was not told
    array(
        select distinct h ->> 'kind' as kind
        from jsonb_array_elements(m.hidden) as h
        where h ->> 'kind' <> 'solicitation'
        order by kind
    ) as kinds,
    (select c from unnest(f.reason_codes) as c where starts_with(c, 'solicits_')) as solicits,
    case when num_nonnulls(f.proposed_by, f.decided_by) = 0 then f.severity end as severity,
    exists (select from app.message_previews as p where p.flag_id = f.id) as previewed,
    v.id::text as violation
from app.messages as m
left join app.raw_messages as r on m.id = r.message_id
left join app.contact_flags as f on m.id = f.message_id and f.raised_by = 'filter'
left join app.violations as v on f.id = v.flag_id and v.overturned_at is null
where m.kind = 'text'
order by m.thread_id, m.position;
