-- Street addresses: a house number with a street; towns, ZIP codes and highways are no addresses.

create function app.find_addresses(folded text)
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    kind_of_street constant text :=
        '\m(?:street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|way|place|pl|parkway|pkwy'
        '|highway|hwy|freeway|fwy|circle|cir|terrace|square)\M';
    postcode constant text := '[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}\M';
    address constant text :=
        '\m[0-9]{1,5}[a-d]?,? (?:[a-z0-9''.]+ ){1,4}' || kind_of_street
        || '(?:,? (?:(?:apt|unit|suite|ste)[.]? |# ?)[a-z0-9]+)?(?:,? ' || postcode || ')?'
        || '|\m[0-9]{1,4},? (?:[a-z]+,? ){1,3}' || postcode;
    plus_code constant text := '\m[2-9cfghjmpqrvwx]{4,8}[+][2-9cfghjmpqrvwx]{2,3}\M';
    measured constant text :=
        '^[0-9]+[a-d]?,? (?:.* )?(?:miles?|mi|km|k|the|a|an|in|of|on|and|or|to|from|at|my|is|it|its|was|wheel|speed'
        '|inch|mm|v|amps?|psi|rpm|nm|lbs?|bolts?|quarts?|x|times?|years?|days?|weeks?|hours?|minutes?) ';
    -- "2015 Civic drive belt", "2 way street", "1500 rear drive shaft"
    driven constant text :=
        '^(?:[0-9]{1,2}|19[0-9]{2}|20[0-3][0-9]),? .*(?:drive|dr|way|place|pl|court|ct|square|circle)$|^[0-9] way ';
    drives constant text :=
        '^ (?:shafts?|belts?|axles?|train|line|cycle|mode|side|pulley|gear|it|too|to|home|up|down|off|through)\M';
    place record;
begin
    if folded collate "C" !~ concat_ws('|', kind_of_street, postcode, plus_code) then
        return;
    end if;

    kind := 'address';
    confidence := 0.8;
    reason := 'it names a house in a street';
    for place in
        select l.first_character, l.last_character, l.matched, l.after
        from app.locate(folded, address || '|' || plus_code) as l
    loop
        continue when place.matched ~ measured or place.matched ~ driven or place.after ~ drives;
        first_character := place.first_character;
        last_character := place.last_character;
        return next;
    end loop;
end;
$$;
comment on function app.find_addresses is
    'Street addresses in a folded text.';
