-- Whether a message solicits: by what its wording weighs, or by a pattern that its wording does not speak against.

create function app.judge_asking(log_odds real, reason text, reading text, beside_detail boolean)
    returns text
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- the logarithm of the odds from which a pattern is enough
    possible constant real := -0.5;
begin
    return coalesce(
        case when log_odds >= possible or beside_detail then app.judge_solicitation(reading) end,
        case when beside_detail is not true then reason end
    );
end;
$$;
comment on function app.judge_asking is
    'Why a message asks for or offers contact or payment outside the platform; null if it does not. log_odds, reason: '
    'as app.hear_message says, of which a found detail is explanation enough: beside one a pattern decides.';
