-- What evidence says of the work that was paid: the session with its outcome; of a repair the quote with
-- its items, and the customer's authorisation.

create function app.evidence_of_work(payment app.payments)
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    of_session uuid := app.paid_session(payment);
begin
    return jsonb_build_object(
        'session', (
            select jsonb_build_object(
                'id', s.id,
                'category', s.category,
                'vehicle', concat_ws(' ', i.vehicle_year, i.vehicle_make, i.vehicle_model),
                'concern', i.concern,
                'status', s.status,
                'requested_at', s.requested_at,
                'paid_at', s.paid_at,
                'accepted_at', s.accepted_at,
                'ended_at', s.ended_at,
                'summary', s.summary,
                'diagnosis', s.diagnosis,
                'recommended_services', to_jsonb(s.recommended_services)
            )
            from app.diagnostic_sessions as s
            left join app.session_intake as i on s.id = i.session_id
            where s.id = of_session
        ),
        'consents', (
            select coalesce(jsonb_agg(
                jsonb_build_object('version', c.version, 'given_at', c.given_at)
                order by c.version
            ), '[]')
            from app.session_consents as c
            where c.session_id = of_session
                and c.person_id = payment.customer_id
        ),
        'quote', (
            select jsonb_build_object(
                'id', q.id,
                'version', q.version,
                'sent_at', q.sent_at,
                'valid_until', q.valid_until,
                'notes', q.notes,
                'warranty_months', q.warranty_months,
                'parts_cents', q.parts_cents,
                'labour_cents', q.labour_cents,
                'tax_cents', q.tax_cents,
                'total_cents', q.total_cents,
                'items', (
                    select coalesce(jsonb_agg(
                        jsonb_build_object(
                            'kind', i.kind,
                            'description', i.description,
                            'quantity', i.quantity,
                            'unit_cents', i.unit_cents,
                            'amount_cents', i.amount_cents
                        )
                        order by i.position
                    ), '[]')
                    from app.repair_quote_items as i
                    where i.quote_id = q.id
                )
            )
            from app.repair_quotes as q
            where q.id = payment.quote_id
        ),
        'authorisation', (
            select jsonb_build_object(
                'approved_at', q.decided_at,
                'quote_version', q.version,
                'amount_cents', q.total_cents,
                'confirmed_at', case e.status when 'closed' then e.ended_at end
            )
            from app.repair_quotes as q
            inner join app.escalations as e on q.escalation_id = e.id
            where q.id = payment.quote_id
        )
    );
end;
$$;
comment on function app.evidence_of_work is
    'The quote is the one that was approved and paid, authorisation the customer''s approval of its total. '
    'Both null for a diagnostic. No name, place or number of anybody, and no VIN.';
