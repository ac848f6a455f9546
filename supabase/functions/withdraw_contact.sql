-- A customer takes their telephone number back from a workshop.

create function api.withdraw_contact(offer_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no delete grant; this is the only way
    set search_path = ''
as $$
begin
    delete from app.contact_releases as r
    where r.offer_id = withdraw_contact.offer_id
        and r.customer_id = app.current_person_id();
    if not found then
        raise exception 'no number of the caller is released' using errcode = 'PT404';
    end if;
    perform app.post_message(
        t.id, 'system', null, 'notice', 'The customer has withdrawn the telephone number.'
    )
    from app.threads as t
    where t.offer_id = withdraw_contact.offer_id;
    perform app.log_action('withdraw_contact', 'offer', withdraw_contact.offer_id, null);
end;
$$;
comment on function api.withdraw_contact is
    'Ends a release at once; what the workshop has read before it has read. PT404 if there is none.';
grant execute on function api.withdraw_contact to customer;
