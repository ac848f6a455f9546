-- What is refused, or what a car does with an app, is not asked for.

create function app.leave_out_declined(folded text)
    returns text
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    names_app constant boolean := folded like any ('{%whatsapp%,"%whats app%",%telegram%,%signal%,%teams%,%messenger%}'::text[]);
    names_call constant boolean := names_app or folded like any ('{%facetime%,%call%,%text%}'::text[]);
    -- each up to the end of its clause, and where its words stand
    shapes constant text[] := array_remove(array[
        case when names_call and folded like any ('{"%no %","%not on %","%no thanks%"}'::text[]) then
            '(?:^|[.,;!?] ?)(?:sorry,? |but )?(?:no|not on|no thanks,?) '
            '(?:whats ?app|telegram|signal|facetime|calls?|texts?|texting|phone calls?)(?![a-z])[^.,;!?]*'
        end,
        case when folded like '%no%i w%' then
            'no,? i (?:won.?t|will not) (?:move|switch|go|come|chat|talk|text)[^.,;!?]*'
        end,
        case when folded like any ('{%comfortable%,"%rather not%","%prefer not to%"}'::text[]) then
            '(?:not comfortable|uncomfortable|rather not|prefer not to)(?: with)? (?:sharing|giving|share|give)[^.,;!?]*'
        end,
        case when folded like any ('{"%hey want%","%he want%","%hey asked %","%he asked %"}'::text[]) then
            '(?:they|he|she) (?:wants?|wanted|asked) (?:me )?to (?:meet|call|text|see|come)[^.;!?]*'
        end,
        case when strpos(folded, 'me llam') > 0 then 'me llam[oa] (?:el|la|del|un|una) [^.;!?]*' end,
        case when strpos(folded, ' direct') > 0 then
            '(?:tip|fee|money|payment)[^.;!?]* go(?:es|ing)? to (?:you|u) direct[^.;!?]*'
        end,
        case when folded like '%hold % phone%' then 'hold (?:your|ur|the) phone[^.,;!?]*' end,
        case when strpos(folded, ' card ') > 0 then
            '(?:my|the) card (?:got |was |is )?(?:declined|refused|expired)[^.;!?]*'
        end,
        case when folded like any ('{"%ring tone%",%ringtone%,"%leave the rest%","% line here%","% line in here%"}'::text[]) then
            'ring ?tone|drop (?:me|us) . line (?:in )?here|leave the rest'
        end,
        case when names_app and folded like any ('{"%android auto%",%carplay%}'::text[]) then
            '(?:android auto|carplay)(?: [a-z]+){0,2} (?:whats ?app|telegram|signal|messenger)(?: k[aio])? '
            '(?:messages?|notifications?)[^.;!?]*'
        end,
        case when strpos(folded, 'and not ') > 0 then
            'and not (?:on|over|by) (?:whats ?app|telegram|signal|the phone|phone)(?![a-z])'
        end,
        case when folded like any ('{"%phone icon%","%in_app%call%","%inside the app%call%"}'::text[]) then
            '[^.,;!?]*(?:phone icon|(?:in.app|inside the app) (?:video|voice)? ?call)[^.,;!?]*'
        end,
        case when names_app and folded like any ('{%cluster%,%carplay%,%speaker%,"%head unit%",%come%}'::text[]) then
            '(?:whats ?app|telegram|signal|teams|messenger) (?:voice notes?|notifications?|calls?|messages?)[^.,;!?]*'
            '(?:cluster|carplay|speaker|head unit|come)[^.,;!?]*'
        end
    ], null);
    shape text;
    rest text := folded;
begin
    foreach shape in array shapes loop
        rest := regexp_replace(rest collate "C", shape, ' ', 'g');
    end loop;
    return rest;
end;
$$;
comment on function app.leave_out_declined is
    'A folded text without the clauses that refuse a way to reach anybody, or say what a car does with an app: nothing '
    'in them is asked for. The text itself if there are none.';
