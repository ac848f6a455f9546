-- Every message as it was typed, thread by thread in the order of the conversation.
select
    m.id::text,
    m.thread_id::text,
    coalesce(m.sender_id::text, m.sender) as sender,
    coalesce(r.body, m.body) as typed,
    m.hidden <> '[]' as was_hidden,
    array(select distinct h ->> 'kind' from jsonb_array_elements(m.hidden) as h order by 1) as kinds
from app.messages as m
left join app.raw_messages as r on m.id = r.message_id
where m.kind = 'text'
order by m.thread_id, m.position;
