-- Whether a message solicits: by what its wording weighs, or by a pattern that its wording does not speak against.

create function app.judge_asking(
    folded text,
    reading text,
    model_version smallint,
    beside_detail boolean
)
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    -- logarithms of odds: from here the wording is enough, from there a pattern of it
    likely constant real := 2.2;
    possible constant real := -1.5;
    wording record;
begin
    wording := app.weigh_wording(folded, model_version);
    if wording.log_odds >= possible or beside_detail then
        return coalesce(
            app.judge_solicitation(reading),
            case when wording.log_odds >= likely then wording.reason end
        );
    end if;
    return null;
end;
$$;
comment on function app.judge_asking is
    'Why a message, folded and read, asks for or offers contact or payment outside the platform; null if it does not. '
    'Beside a detail of contact a pattern is enough, whatever the wording.';
