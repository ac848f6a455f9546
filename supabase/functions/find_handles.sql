-- Account names elsewhere: @name, $cashtag, or a name beside the name of an app.

create function app.find_handles(folded text)
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    elsewhere constant text :=
        '\m(?:insta(?:gram)?|ig|snap(?:chat)?|telegram|tg|signal|whats ?app|skype|discord|facebook|fb|messenger|tiktok'
        '|viber|wechat|kik|twitter|youtube|yelp|gmail|yahoo|hotmail|outlook|icloud|cash ?app|venmo|zelle|paypal)\M';
    -- what may stand between the app and the name
    between constant text :=
        '(?:[ :=>,"''(-]|\m(?:is|me|my|at|as|on|the|under|user|username|profile|name|handle|id|account|tag|its|it)\M)+';
    -- what nobody calls a car part
    coined constant text := '\m(?:[a-z][a-z0-9]*(?:[._]+[a-z0-9]+)+|[a-z]{4,}[0-9]{1,4})\M';
    announced constant text :=
        '\m(?:my (?:insta(?:gram)?|ig|snapchat|telegram|skype|discord|facebook|fb|tiktok|venmo|paypal) is '
        '|(?:insta(?:gram)?|ig|snap(?:chat)?|telegram|skype|discord|facebook|fb|tiktok|venmo|cash ?app|paypal|zelle)'
        '(?: ?[:=] ?| (?:as|under|user|username|handle|name|id)[ :]+))'
        '[a-z][a-z0-9._-]+[a-z0-9]\M';
    sentence constant text :=
        '(?:idle|rpm|cruise|speed|start|cold|hot|warm|wot|low|high|full|least|about|around|the|not|down|broken|gone'
        '|blocked|better|good|fine|here|there|this|that|where|what|how|too|for|and|only|just|still|usd|cad)';
    name record;
begin
    if folded collate "C" !~ ('[@$][a-z]|' || elsewhere) then
        return;
    end if;

    kind := 'handle';
    confidence := 1;
    reason := 'it names you on another service';
    for name in
        select l.first_character, l.last_character, l.matched
        from app.locate(folded, '(?:^|[^a-z0-9_.@$])[@$][a-z][a-z0-9._-]*[a-z0-9_]') as l
        union all
        select l.first_character, l.last_character, l.matched
        from app.locate(folded, elsewhere || between || coined || '|' || announced) as l
    loop
        continue when name.matched ~ ('[^a-z]' || sentence || '$');
        first_character :=
            name.last_character + 1 - length(substring(name.matched from '[@$]?[a-z0-9._-]+$'));
        last_character := name.last_character;
        return next;
    end loop;

    for name in
        select l.first_character, l.matched
        from app.locate(folded, coined || '(?: on| at| at the)? [(]?' || elsewhere) as l
    loop
        first_character := name.first_character;
        last_character := name.first_character - 1 + length(substring(name.matched from '^[^ ]+'));
        return next;
    end loop;
end;
$$;
comment on function app.find_handles is
    'Account names on other services in a folded text.';
