-- E-mail addresses and links, written as such or with "at" and "dot" for their signs.

create function app.find_links(folded text)
    returns table (
        kind text, first_character integer, last_character integer, confidence real, reason text
    )
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- A name begins where no name goes on, so that a long one is read once.
    label constant text := '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
    first_label constant text := '(?<![a-z0-9.-])' || label;
    mailbox constant text := '(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]*';
    box constant text := ' ?[[({<] ?';
    unbox constant text := ' ?[])}>] ?';
    sign constant text := '(?: ?@ ?|' || box || '(?:@|at|arroba)' || unbox || ')';
    said_sign constant text := '(?: ?arroba ?| at |at)';
    said_dot constant text := ' ?(?:dot|punto|point) ?';
    dot constant text := '(?: ?[.] ?|' || box || '(?:[.]|dot|punto)' || unbox || '|' || said_dot || ')';
    -- no word of any sentence: "it stalls.in the morning" is no link
    ending constant text :=
        '(?:com|net|org|biz|info|edu|gov|co|io|app|dev|xyz|mobi|ly|gl|gd|gg|eu|uk|ca|mx|fr|pk|au|br)'
        '(?:[.][a-z]{2})?\M';
    path constant text := '(?:[/?#][^\s]*[a-z0-9/_=-])?';
    email constant text :=
        mailbox || sign || '(?:' || label || dot || '){1,6}' || ending
        || '|' || mailbox || '@(?:' || label || '[.]){1,6}[a-z]{2,}\M'
        || '|' || mailbox || '@(?:gmail|yahoo|hotmail|outlook|icloud|aol|proton)\M'
        || '|' || mailbox || said_sign || '(?:' || label || said_dot || '){1,6}' || ending
        || '|\m(?:[a-z0-9._] ){1,24}@(?: [a-z0-9.]){4,}\M';
    link constant text :=
        '\mhttps?://[^\s]*[a-z0-9/_=-]'
        || '|(?<![a-z0-9.-])www' || dot || '(?:' || label || dot || '){1,6}[a-z]{2,}\M' || path
        || '|' || first_label || dot || '(?:' || label || dot || '){0,6}' || ending || path
        || '|' || first_label || '[.](?:' || label || '[.]){0,6}[a-z]{2,6}/[a-z0-9_+@-][^\s]*';
    site record;
begin
    if folded collate "C" !~ ('@|://|www|[.][a-z]{2,6}/|' || dot || ending) then
        return;
    end if;

    confidence := 1;
    reason := 'it is written like one';
    kind := 'email';
    for site in select l.* from app.locate(folded, email) as l loop
        first_character := site.first_character;
        last_character := site.last_character;
        return next;
    end loop;

    kind := 'url';
    for site in select l.* from app.locate(folded, link) as l loop
        first_character := site.first_character;
        last_character := site.last_character;
        return next;
    end loop;
end;
$$;
comment on function app.find_links is
    'E-mail addresses and links in a folded text.';
