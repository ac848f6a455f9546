-- A vehicle's number: seventeen signs, the ninth of which checks the others (49 CFR 565.15).

create function app.is_vin(folded text)
    returns boolean
    language sql
    immutable
    set search_path = ''
as $$
    select folded collate "C" ~ '^[a-hj-npr-z0-9]{17}$'
        and substr(folded, 9, 1) = (
            select substr('0123456789x', 1 + (sum(w.weight * d.digit::integer) % 11)::integer, 1)
            from unnest(array[8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]) with ordinality as w (weight, place)
            inner join string_to_table(
                translate(folded, 'abcdefghjklmnprstuvwxyz', '12345678123457923456789'), null
            ) with ordinality as d (digit, place) on w.place = d.place
            where d.digit between '0' and '9'
        );
$$;
comment on function app.is_vin is 'Whether a text in small letters is a vehicle''s number with the right check digit.';
