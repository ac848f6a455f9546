-- Details of no shape that anybody wrote down: the words that stand where a detail does.

create function app.find_told(folded text, tokens app.told_token[], log_odds real)
    returns app.finding[]
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- Logarithms of odds: a run of tokens that are possibly of a detail, one of them surely; the more surely, the less
    -- the wording tells one.
    possibly constant real := -2.5;
    inside constant real := -4;
    surely constant real := 1 + 1.3 * greatest(1.6 - find_told.log_odds, 0);
    outside constant text := ' .,:;!?=*-/';  -- of a detail, at its ends
    few_words constant integer := 4;  -- of a number
    many constant integer := 32;  -- findings: app.place_findings hides what holds more
    finding app.finding;
    findings app.finding[] := array[]::app.finding[];
    pieces app.finding[] := array[]::app.finding[];
    token app.told_token;
    first_token app.told_token;
    last_token app.told_token;
    heaviest app.told_token;
    told text;
begin
    finding.confidence := 0.7;
    finding.reason := 'wording';
    -- one more, which ends the last run
    foreach token in array tokens || row(null, null, '-infinity', null)::app.told_token loop
        if token.log_odds >= possibly then
            if first_token is null then
                first_token := token;
                heaviest := token;
            elsif token.log_odds > heaviest.log_odds then
                heaviest := token;
            end if;
            last_token := token;
            continue;
        end if;
        continue when token.log_odds >= inside;
        if heaviest.log_odds >= surely then
            finding.kind := coalesce(heaviest.kind, 'handle');
            finding.first_character := first_token.first_character;
            finding.last_character := last_token.first_character + length(last_token.token) - 1;
            told := substr(folded, finding.first_character, finding.last_character - finding.first_character + 1);
            finding.first_character := finding.first_character + length(told) - length(ltrim(told, outside));
            finding.last_character := finding.last_character - length(told) + length(rtrim(told, outside));
            if finding.first_character <= finding.last_character then
                -- of a word of letters and figures either nothing is hidden, or all
                finding.first_character := finding.first_character - length(
                    substring(left(folded, finding.first_character - 1) collate "C" from '[a-z0-9]*$')
                );
                finding.last_character := finding.last_character + length(
                    substring(substr(folded, finding.last_character + 1) collate "C" from '^[a-z0-9]*')
                );
                told := substr(folded, finding.first_character, finding.last_character - finding.first_character + 1);
                if app.is_vin(told) then
                    null;
                elsif finding.kind = 'phone' and told collate "C" ~ '[a-z]'
                    and regexp_count(told collate "C", '[a-z0-9]+') < few_words
                then
                    pieces := pieces || finding;
                -- few figures are a piece of a number at most: app.find_split_phones wants to see it
                elsif told collate "C" ~ '[a-z]' or told collate "C" !~ '[0-9]'
                    or length(told) - length(translate(told, '0123456789', '')) >= 7
                then
                    findings := findings || finding;
                    exit when cardinality(findings) = many;
                end if;
            end if;
        end if;
        first_token := null;
        heaviest := null;
    end loop;
    -- three words are a piece of a number, too: beside others
    if cardinality(findings) + cardinality(pieces) > 1 then
        findings := findings || pieces[:many];
    end if;
    return findings;
end;
$$;
comment on function app.find_told is
    'Details in a folded text: runs of words, numbers and signs that each weigh enough, as app.weigh_places says; '
    'kind: what such words mostly are of; log_odds: of app.hear_message.';
