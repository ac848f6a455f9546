-- An admin suspends or bans a mechanic, an advisor or a workshop, with a statement of reasons.

create function api.restrict(
    holder_id uuid,
    kind text,
    off_platform boolean,
    clause text,
    facts text,
    days integer default null,
    evidence_ids uuid[] default '{}',
    notice_exception text default null
)
    returns uuid
    language plpgsql
    volatile
    security definer  -- admins hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    restriction_id uuid;
begin
    perform app.lock_standing('may_take_work');
    if coalesce(clause, '') = '' or coalesce(facts, '') = '' or off_platform is null then
        raise exception 'a clause and the facts are needed' using errcode = 'PT422';
    end if;
    if not coalesce(
        (kind = 'suspended' and days between 1 and 3650) or (kind = 'banned' and days is null), false
    ) then
        raise exception 'a suspension has days, ten years at most, a ban has none' using errcode = 'PT422';
    end if;
    if notice_exception is not null
        and (kind <> 'banned' or notice_exception not in ('legal_obligation', 'repeated_infringement'))
    then
        raise exception 'only a ban needs no notice, by a legal obligation or for repeated infringement'
            using errcode = 'PT422';
    end if;

    restriction_id := app.impose_restriction(
        holder_id, kind, off_platform, app.clean_text(clause), app.clean_text(facts), days,
        coalesce(evidence_ids, '{}'), app.current_person_id(), without_notice => notice_exception is not null
    );
    perform app.log_action(
        'restrict', 'standing', holder_id, facts,
        jsonb_strip_nulls(jsonb_build_object(
            'restriction_id', restriction_id,
            'kind', kind,
            'clause', clause,
            'notice_exception', notice_exception
        ))
    );
    return restriction_id;
end;
$$;
comment on function api.restrict is
    'Suspends (days) or bans a provider at once, beside the ladder; returns the restriction, which they '
    'read with its reasons and may appeal. A ban, or a suspension for a payment or meeting off the '
    'platform, ends access to open work. A ban begins after the notice period of the jurisdiction, unless '
    'notice_exception says why not: legal_obligation or repeated_infringement; the facts tell it. PT404, PT409 '
    'for customers and admins, PT422 for bad input.';
grant execute on function api.restrict to platform_admin;
