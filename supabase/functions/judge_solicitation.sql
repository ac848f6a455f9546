-- Soliciting: asking for, or offering, a call, a text, another app, a payment or a meeting outside the platform.

create function app.judge_solicitation(reading text)
    returns text
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- No pattern looks ahead or back: PostgreSQL then remembers the states of its automaton, and is four times as
    -- fast. [^F] before a rule stands for "not after a refusal", [^X] for "not of a third party".
    -- A letter a word, as in app.read_text; besides, < a verb of sending, 0 a number, and , ; where they stood.
    words constant text := translate(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(translate(reading, '<?{123456789o', ',;_0000000000'), '00', '0'), '00', '0'), '00', '0'), 'mz', '<'), 'Sz', 'S'), 'Bz', 'z'), 'nz', 'n'), 'qz', '{'), 'Ck', 'C'), 'gz', 'g'), 'uz', '}'),
        ' ~.-/:()*_|+"#=&''^$%@`', ''
    );
    -- an order to pay, a means beside the platform, a price without its fee
    payment constant text :=
        'P[MYty]|p[^;,]{0,2}O|pMgn|[pv<][^;,]{0,3}P|YP|p[YMtW]{0,2}[^;,]{0,2}[QJ]|pM[^;,]{0,1}[rJ]|[v<]M[^;,]{0,2}Q'
        '|Q(?:[^;]{0,9}[^;zgn]|n|[^;]{0,8}[^;zg]n)?L|JQ|QJ|PJ|Q(?:b|zb|,b)';
    -- come by my shop; let us meet; I can come to your house
    meeting constant text :=
        'V[^;,F]{0,3}[RW][^;,]{0,2}h|V[^;,F]?hY|V[^;,]?tM|VY.?V|VgR?h|V[jg]n?h|(?:^|[^IX])VM(?:[^n]|$)|wV[uMYr]|wV(?:$|[;,])|wzV[ugtY]|M[tz]?Vg'
        '|V[ug]t?Y|[IY][^;,X]{0,2}VY|MV.{0,2}r|V[^;,XFK0]{0,2}r|wVug|wV[jg]|[Iw][^;,XF]?V[gut]?r';
    -- add me on whatsapp; are you on telegram
    app constant text :=
        'Y[^;,]{0,2}A|v[^;,K]{0,1}A|vLM|a[MYR][^;,]{0,3}[AB]|[m<Ci][^;,]{0,4}A|[m<][^;,]{0,4}gB|<tB|A[MY]|wA|[gR]v(?:$|[;,])|Ag?V|MA'
        '|w[^;,]?B(?:[^KzU]|$)|WA[tv]|Mm?zA|m[gz]A';
    app_hints constant text[] := array['%vLM%', '%gv', '%gv;%', '%gv,%', '%Rv', '%Rv;%', '%Rv,%'];
    -- call me; can I text you; give me a ring
    call_hints constant text[] := string_to_array(
        '%i% %CM% %CR% %NM% %EM% %CY% %Cb% %Cg% %Cr% %C,% %C;% %C %IC% %vM% %mM% %<M% %gN% %gnN% %gzN% %gnzN% %gnnN% %CO% %CJ% '
        '%Nv% %gnC% %gnzC% %tRN% %N<% %N_<% %A;% %IEY% %MC% %Cv% %ImY% %IzmY%', ' '
    );
    number_hints constant text[] := '{%NM%,%MNv%,%tRN%,%N<%,%N_<%}'::text[];
    towards_hints constant text[] := '{%gN%,%gnN%,%gzN%,%gnzN%,%gnnN%,%gnC%,%gnzC%}'::text[];
    asking_hints constant text[] := '{%EM%,%vM%,%mM%,%<M%,%IEY%}'::text[];
    wanting_hints constant text[] := '{%ImY%,%IzmY%}'::text[];
    -- what is your number; do you have an e-mail
    contact constant text :=
        '(?:^|[^F])[vm<][yMt]?[^;,KF]?W[^;,KU]{0,2}[NEABPhm]|(?:^|[^F])vY?RN|m[ng]Y|b[^;,]{0,3}mY|Nv(?:$|[;,])|N[^;,KU]{0,2}[vmC]Y|NtY|bNt|Y[^;,F]{0,1}v[^;,K]{0,2}[ENq](?:[^K]|$)'
        '|Y[^;,F]v?[^;,K]{0,2}E(?:[^K]|$)|WN[tv<]|WNv|Wz?v(?:$|[;,])|YzN[yz]|aM(?:u|$|[;,])|at?R[h]|[a<z]Ra(?:[^L]|$)';
    contact_hints constant text[] := string_to_array(
        '%vW% %v_W% %v__W% %mW% %m_W% %m__W% %<W% %<_W% %<__W% %RN% %mnY% %mgY% %mY% %vY% %CY% %Nv% %NtY% %bNt% %Yv% %Y_v% '
        '%Y%E% %WN% %Wv% %Wzv% %YzN% %aM% %aR% %atR% %<Ra% %zRa%', ' '
    );
    -- skip the app; deal with me directly
    leaving constant text :=
        '(?:^[^F]{0,3}|[^F]{4})(?:O[nRWz]{0,2}L|On<|<[^;]{0,2}J)|wFzn?nL|J[gn]M|[ZF]zt?[tz]gn?[nR]?L|L[^;]{0,6}w[^;]{0,2}On|[MY]J|L[zg]O(?:$|[^n])|<n?OH|[pL<][^;]{0,6}FL?gH|mMO';
    leaving_hints constant text[] := string_to_array(
        '%O%L% %On<% %<%J% %F%L% %Z%L% %JgM% %JnM% %MJ% %YJ% %LzO% %LgO% %L%On% %OH% %gH% %MO%', ' '
    );
    -- scan the code in my picture
    picture constant text :=
        'q[^;]{0,12}[mRM]|m[^;]{0,4}q|R[EN]y?[^;,]{0,4}(?:g[^;,]{0,3})?[q{]|[a{<z]Ra[^;]{0,5}{';
begin
    -- Each pattern behind a look for letters, or letters beside each other, without which it cannot match.
    return case
        when words <> translate(words, 'PpQJ', '') and words !~ 'X[^;,]{0,3}p|^[^;]{0,2}F[^;,]{0,2}p' and words ~ payment then 'solicits_payment'
        when strpos(words, 'V') > 0 and words ~ meeting then 'solicits_meeting'
        when (words <> translate(words, 'AB', '') or words like any (app_hints)) and words ~ app then 'solicits_app'
        when words like any (call_hints) and (
            strpos(words, 'CM') > 0 and words ~ '(?:^(?:[^X]?[^XFn])?|[^X]{2}[^XFn])CM(?:[^}]|$)'
            or words <> translate(words, 'AC', '')
            and words ~ 'CR[hN]|[Iw][^;,FXK]?C[Ybgr]|w[^;,FXK]?C,|[^;,]w[^;,FXK]?C(?:;|$)|IC[^;,]?Y|(?:^|[^nz])C[OJ]|YCR[XMz]|(?:^|;)[AC];|Cv'
            or strpos(words, 'MC') > 0 and words ~ '(?:^|[^wz])MC(?:[^nX0]|$)'
            or words like any (number_hints) and words ~ '(?:^|[^RWn])NM(?:[^RW]|$)|MNv|<[^;,K]{0,3}tRN|[gy]N[^;,]?<'
            or words like any (towards_hints) and words ~ '(?:[mbvC]|(?:^|[^y])<)[^;,K]{0,4}gn?[zn]?N(?:[^K]|$)|[m<]gnz?C'
            or words like any (asking_hints)
            and words ~ '(?:^[^LX]?|[^LX]{2})EM|[vm<]M[^;,K]{0,2}(?:[CBAE]|N(?:[^;,K]{0,2}(?:$|[;,])|[^;,K]{3}))|IEY'
            or words like any (wanting_hints) and words ~ 'Iz?mY[^;]*J|Iz?mY(?:[^HL;]{0,3}(?:;|$)|[^HL;]{4})'
            or strpos(words, 'i') > 0 and words ~ 'i(?:[^HXz]|z[^X]|$)'
        ) then 'solicits_call'
        when words like any (contact_hints) and (words not like '%F%N%' or words !~ 'F[^;,]?[RW]?N') and words ~ contact then 'solicits_contact'
        when words <> translate(words, 'q{', '') and words ~ picture then 'solicits_picture'
        when words like any (leaving_hints) and words ~ leaving then 'solicits_leaving'
    end;
end;
$$;
comment on function app.judge_solicitation is
    'Why a reading asks for, or offers, contact or payment outside the platform; null if it does not.';
