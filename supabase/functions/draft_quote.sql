-- A workshop writes its quote; until it is sent it may be written again, and nobody else sees it.

create function api.draft_quote(
    offer_id uuid,
    items jsonb,
    notes text default null,
    warranty_months integer default 0,
    tax_cents bigint default 0
)
    returns uuid
    language plpgsql
    volatile
    security definer  -- workshops hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    offer app.offers;
    escalation app.escalations;
    quote app.repair_quotes;
begin
    select * into offer
    from app.offers as o
    where o.id = draft_quote.offer_id
        and o.workshop_id = any(app.member_workshop_ids());
    if not found then
        raise exception 'no such offer of the caller''s workshops' using errcode = 'PT404';
    end if;
    perform app.lock_standing(app.needed_to_quote(offer.id), offer.workshop_id);

    select * into escalation
    from app.escalations as e
    where e.id = offer.escalation_id
        and e.status in ('accepted', 'quoted')
    for update;
    if not found then
        raise exception 'the case takes no quotes' using errcode = 'PT409';
    end if;
    if not exists (
        select
        from app.offers as o
        where o.id = offer.id
            and o.status = 'accepted'
            and o.visible_until > app.current_instant()
    ) then
        raise exception 'the case takes no quotes' using errcode = 'PT409';
    end if;
    if jsonb_typeof(items) is distinct from 'array' then
        raise exception 'items are a list' using errcode = 'PT422';
    end if;
    if jsonb_array_length(items) not between 1 and 100 then
        raise exception 'a quote has one to a hundred items' using errcode = 'PT422';
    end if;

    select * into quote
    from app.repair_quotes as q
    where q.offer_id = offer.id
        and q.status = 'draft';
    if not found then
        insert into app.repair_quotes (
            offer_id, escalation_id, workshop_id, customer_id, version, distance_km
        )
        select
            offer.id,
            escalation.id,
            offer.workshop_id,
            escalation.customer_id,
            (
                select coalesce(max(q.version), 0) + 1
                from app.repair_quotes as q
                where q.offer_id = offer.id
            ),
            10 * greatest(1, ceil(extensions.earth_distance(there.place, here.place) / 10000))
        from app.workshops as w
        inner join app.cities as there on w.city_id = there.id
        inner join app.cities as here on here.id = escalation.city_id
        where w.id = offer.workshop_id
        returning * into strict quote;
    end if;

    delete from app.repair_quote_items as i where i.quote_id = quote.id;
    insert into app.repair_quote_items (
        quote_id, position, workshop_id, kind, description, quantity, unit_cents
    )
    select
        quote.id,
        i.position,
        quote.workshop_id,
        i.kind,
        app.clean_text(
            i.description,
            array[draft_quote.notes] || array_agg(i.description) over (
                order by i.position rows between 5 preceding and 1 preceding
            )
        ),
        i.quantity,
        i.unit_cents
    from rows from (
        jsonb_to_recordset(items) as (
            kind text, description text, quantity integer, unit_cents bigint
        )
    ) with ordinality as i (kind, description, quantity, unit_cents, position);

    update app.repair_quotes as q
    set notes = app.clean_text(
            draft_quote.notes,
            array(
                select i.description
                from app.repair_quote_items as i
                where i.quote_id = quote.id
                order by i.position
            )
        ),
        warranty_months = draft_quote.warranty_months,
        tax_cents = draft_quote.tax_cents,
        parts_cents = sums.parts_cents,
        labour_cents = sums.labour_cents
    from (
        select
            coalesce(sum(i.amount_cents) filter (where i.kind = 'part'), 0) as parts_cents,
            coalesce(sum(i.amount_cents) filter (where i.kind = 'labour'), 0) as labour_cents
        from app.repair_quote_items as i
        where i.quote_id = quote.id
    ) as sums
    where q.id = quote.id
    returning q.* into quote;
    -- Stripe charges between 50 cents and eight digits.
    if quote.total_cents not between 50 and 99999999 then
        raise exception 'the total is out of bounds' using errcode = 'PT422';
    end if;
    return quote.id;
exception
    when data_exception or check_violation or not_null_violation then
        raise exception 'a quote has items {kind: part or labour, description, quantity, unit_cents}'
            using errcode = 'PT422';
end;
$$;
comment on function api.draft_quote is
    'Drafts the quote for an accepted offer, or replaces the draft; returns it. Items are [{kind: part '
    'or labour, description, quantity, unit_cents}]; totals come from them, in cents. PT403 suspended '
    '(first quote) or barred, PT404 not the caller''s, PT409 too late, PT422 for bad input.';
grant execute on function api.draft_quote to workshop;
