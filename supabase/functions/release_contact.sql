-- A customer gives the workshop of a paid repair their telephone number, for a while.

create function api.release_contact(offer_id uuid)
    returns timestamptz
    language plpgsql
    volatile
    security definer  -- customers hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    quote app.repair_quotes;
    number text;
    until timestamptz;
    instant timestamptz := app.current_instant();
begin
    perform app.lock_standing('may_continue_work');
    select q.* into quote
    from app.escalations as e
    inner join app.repair_quotes as q on e.id = q.escalation_id
    where q.offer_id = release_contact.offer_id
        and e.customer_id = app.current_person_id()
        and e.status in ('paid', 'done')
        and q.status = 'paid'
    for update of e;
    if not found then
        raise exception 'no paid repair of the caller' using errcode = 'PT404';
    end if;
    select d.phone into number
    from app.contact_details as d
    where d.person_id = quote.customer_id;
    if number is null then
        raise exception 'the caller has given no telephone number' using errcode = 'PT409';
    end if;

    select instant + t.contact_released_for into strict until from app.settings as t;
    insert into app.contact_releases as r (
        offer_id, workshop_id, customer_id, phone, released_at, visible_until
    ) values (
        quote.offer_id, quote.workshop_id, quote.customer_id, number, instant, until
    )
    on conflict on constraint contact_releases_pkey do update
    set phone = excluded.phone,
        released_at = excluded.released_at,
        visible_until = excluded.visible_until;
    perform app.post_message(
        t.id, 'system', null, 'notice', 'The customer has released a telephone number to the workshop.'
    )
    from app.threads as t
    where t.offer_id = quote.offer_id;
    perform app.tell_workshop(quote.workshop_id, 'contact_released', quote.offer_id);
    perform app.log_action('release_contact', 'offer', quote.offer_id, null);
    return until;
end;
$$;
comment on function api.release_contact is
    'Shows the caller''s own telephone number to the workshop of their paid repair; returns until when. '
    'PT404 unless such a repair is the caller''s, PT409 without a number.';
grant execute on function api.release_contact to customer;
