-- Phone numbers: runs of digits, in figures or words, judged by their shape and by what is said of them.

create function app.find_phones(folded text)
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- English, Spanish, French, Hindi and Urdu, as people type them
    word constant text :=
        '(?:zero|oh?|one|two|three|four|five|six|seven|eight|nine'
        '|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve'
        '|un|deux|trois|quatre|cinq|sept|huit|neuf'
        '|sifar|shunya|ek|aik|do|teen|ch?aar|char|paa?nch|chay|cheh?|saat|aath|nau)';
    spelled constant boolean :=
        folded collate "C" ~ ('\m' || word || '[^a-z0-9]{0,3}(?:[0-9]|' || word || ')');
    digit constant text := case when spelled then '(?:[0-9]|' || word || ')' else '[0-9]' end;
    run constant text :=
        '[+(]{0,2}\m' || digit || '(?:,?[^a-z0-9,;$%#\n]{0,3}' || digit || ')*(?:\M|(?=x))';

    -- how numbers are written where our users live
    international constant text := '(?:[+]|\m00)[1-9](?:[^0-9]{0,3}[0-9]){7,14}\M';
    american constant text :=
        '[(]?\m(?:1[^0-9]{0,3})?[2-9][0-9]{2}'
        '(?:[^0-9]{1,3}[2-9][0-9]{2}[^0-9]{0,3}|[2-9][0-9]{2}[^0-9]{1,3})[0-9]{4}\M';
    american_ungrouped constant text := '\m1?[2-9][0-9]{2}[2-9][0-9]{6}\M';
    french constant text := '\m0[1-9](?:[^0-9][0-9]{2}){4}\M';
    british constant text := '\m0[0-9]{2,4}[^0-9]{1,2}(?:[0-9]{3,4}[^0-9][0-9]{3,4}|[0-9]{6,8})\M';
    indian constant text := '\m[6-9][0-9]{4} [0-9]{5}\M';
    mexican constant text := '[(]?\m(?:33|5[56]|81)[^0-9]{1,2}[0-9]{4}[^0-9][0-9]{4}\M';
    brazilian constant text := '[(]?\m[1-9]{2}[^0-9]{1,2}9[0-9]{4}[^0-9][0-9]{4}\M';
    digit_by_digit constant text := '\m[0-9](?:[^0-9]{1,3}[0-9]){9,11}\M';
    known constant text := concat_ws(
        '|', international, american, french, british, indian, mexican, brazilian, digit_by_digit,
        american_ungrouped
    );
    dated constant text :=
        '[0-9]:[0-9]{2}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}';

    -- what is said of them
    announced constant text :=
        '\m(?:call|ring|dial|phone|cell|mobile|mob|tel|text|txt|sms|whats ?app|whats|reach|contact|ping|buzz|bell'
        '|hit me|try me|save|digits|my (?:number|num|no|line)|cel|celular|llam\w*|marc\w*|telefono|numero'
        '|portable|appele\w*|joindre|mera|rabta|likh)\M';
    explained constant text :=
        '\m(?:parts?|oem|p/?n|serial|s/?n|lot|upc|ean|barcode|vin|tracking|ups|usps|fedex|dhl|order|invoice|receipt'
        '|ticket|ref|reference|ro|session|claim|policy|label|stamped|box says|superseded|replaces|lists|plate|firmware'
        '|calibration|campaign|bulletin|firing|reads?|readings?|live data|monitors?|graph|odo|odometer|mileage|parcel'
        '|account|pieza|piece|recibo)\M';
    branded constant text :=
        '\m(?:ac ?delco|ate|audi|bmw|bosch|brembo|delphi|denso|dorman|ford|gates|gm|hella|honda|hyundai|mahle|mann|mercedes'
        '|mopar|moog|motorcraft|ngk|nissan|rockauto|sachs|skf|subaru|timken|toyota|trw|valeo|volvo|vw|walker)\W*$';
    measured constant text := '^ ?(?:km|mi|miles?|psi|k?pa|nm|v|volts?|ohms?|rpm|mm|k)\M';
    priced constant text := '^[0-9]{1,3}(?:,[0-9]{3})*(?:[.][0-9]{2})?$';

    part record;
    shape record;
    clause text;
    said boolean;
    denied boolean;
begin
    kind := 'phone';
    for part in select l.* from app.locate(folded, run) as l loop
        continue when regexp_count(part.matched, digit) < 7;

        clause := regexp_replace(part.before, '^.*[a-z]{3}[.!?]+ ', '');
        said := concat(clause, '|', regexp_replace(left(part.after, 40), '[.!?] .*$', ''))
            ~ announced;
        denied := clause ~ explained or clause ~ branded or part.after ~ measured
            or (clause ~ '[$] ?$' and part.matched ~ priced);

        reason := 'it is written like one';
        for shape in select l.* from app.locate(part.matched, known) as l loop
            first_character := part.first_character + shape.first_character - 1;
            last_character := part.first_character + shape.last_character - 1;
            confidence := case
                when shape.matched ~ '^[+]' then 1
                when shape.matched ~ american_ungrouped then case when denied then 0.1 else 0.6 end
                when said then 0.9
                when shape.matched ~ american and clause !~ (explained || '.{0,12}$') then 0.8
                when denied then 0.3
                else 0.7
            end;
            return next;
        end loop;
        continue when shape.matched is not null;

        first_character := part.first_character;
        last_character := part.last_character;
        reason := case
            when part.matched ~ '[a-z]' then 'its digits are spelled out' else 'it is announced as one'
        end;
        confidence := case
            when part.matched ~ '[a-z]' and regexp_count(part.matched, digit) >= 9 then 0.8
            when part.matched ~ '[a-z]' and said then 0.6
            when denied or part.matched ~ dated or length(part.matched) > 24 then 0.1
            when said then 0.6
            else 0.2
        end;
        return next;
    end loop;
end;
$$;
comment on function app.find_phones is
    'Phone numbers in a folded text; below a confidence of 0.5 it is rather a part, a date or a reading.';
