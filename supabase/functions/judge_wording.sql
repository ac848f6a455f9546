-- Soliciting that is in the wording, where each word alone says nothing: one sentence after the other.

create function app.judge_wording(folded text)
    returns text
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    -- what is refused is not asked for; "can't we" is
    refused constant text :=
        '(?:can.?t|cannot|can not)(?: (?:take|give|do|share|exchange|meet|leave|go|accept|text|call|message|phone))'
        '|won.?t (?:give|share|take|do|move|switch|go)|(?:they|he|she) wants? to meet|not allowed|against (?:the )?rules|house rules|rather not|no puedo|не могу'
        '|не можу|nie moge|kann (?:ich )?(?:leider )?nicht|darf (?:ich )?(?:leider )?nicht|ne peux pas|ne peut pas|nao posso|non posso|nahi'
        '|(?:write|messag|text|chat|escrib|schreib|ecri|scriv|пишит|напиши|pisz)[^.;?!]* (?:here|hier|ici|aqui|qui|tutaj|сюда|здесь|тут)(?:[^a-z]|$)'
        '|(?:line|shout) (?:in )?here|call button|phone icon|in.app (?:video )?call|in here(?:[^a-z]|$)|help page|(?:app|platform|site|system|plattform) (?:email|text|send|call|message)s? (?:me|you)'
        '|don.?t (?:do|ask|share)|do not share|not comfortable|donne pas|gebe (?:ich )?(?:keine|nicht)|no doy|restons ici|(?:go|goes|keep it|stay|stays) (?:through|on|in) the (?:platform|app)'
        '|(?:told|asked|wanted|offered) (?:me|us) to';
    -- nor is what others say, or a car repeats
    reported constant text :=
        '(?:dealer|insur|adac|anwb|roadside|tow truck|police|warranty|shop said|support|autozone|bank'
        '|carplay|android auto|head unit|bluetooth|speaker|cluster)';
    -- Without one of these no pattern matches: a look for a hundred of them takes less than one for a pattern.
    spoken_hints constant text[] :=
        '{%hopped on%,%jumped on%,%monitored%,%recorded%,%watched%,%phone%,%texting%,%ring%,%bell%,%tinkle%,%buzz%,%shout%,%holler%,% call%,%text %,%sms%,%dm %,%dms%,%mail%'
        ',%voice%,%video c%,%skype%,%zoom%,%whats%,%wats%,%insta%,%snap%,%signal%,%telegram%,%messeng%'
        ',%facebook%,%fb %,%discord%,%imess%,%facetime%,%face time%,%viber%,%wechat%,%tiktok%,%reddit%,%zalo%'
        ',%kakao%,%threema%,%teams%,% ig %,%google meet%,% line%,%number%,%cell%,%inbox%,%digits%,%reach%'
        ',%hold of%,%contact%,% app%,%yours%,%hit me%,%hit us%,%live%,%real time%,%talk%,%speak%,%chat%,%phoned you%,%called you%,%texted you%,%rang you%}'::text[];
    placed_hints constant text[] :=
        '{%where%,%what str%,%which str%,%which shop%,%which gar%,%wut%,%how far%,%how close%,%in person%,%face to%'
        ',%in the flesh%,%real life%,%coffee%,%beer%,%pint%,%lunch%,%breakfast%,%cuppa%,%brew%,%drink%,%kettle%,%donut%'
        ',%doughnut%,%driveway%,%my shop%,%our shop%,%my garage%,%your shop%,%your garage%,%ur shop%,%ur garage%,%your place%'
        ',%your house%,%your home%,%workshop%,%my place%,%our place%,%my bay%,%my barn%,%my yard%,%my lift%,%yours%,%to you%'
        ',%by you%,%past you%,%at you%,%appointment%,%walk_in%,% pin%,%location%,%gps%,%coordinates%,%meet%,%address%'
        ',% pop %,%popp%,%swing%,%drop by%,%dropping by%,%stop by%,%come by%,%come over%,%come round%,%come see%,%come find%'
        ',%come to%,%come out%,%come up%,%come down%,%come in and%,%coming by%,%coming over%,%nip %,%drive over%,%drive it over%'
        ',%driving over%,%bring it%,%bring her%,%drop it%,%roll %,%head over%,%cruise%,%shoot over%,%near%,%local%,%ask for me%'
        ',%look for m%,%see me%,%see you%,%bring the%,%bring your%,%own lift%,%my lift%,%own ramp%,%my ramp%}'::text[];
    paid_hints constant text[] :=
        '{%in hand%,%en mano%,%comision%,%plattform%,%fee%,%cut%,%commission%,%percent%,%offline%,%outside%,% off %,%this app%,%the app%,%the site%'
        ',%this site%,%platform%,%website%,%this window%,%elsewhere%,%somewhere%,%between%,%among%,%to know%,%will know%,%would know%,%quiet%'
        ',%hush%,%drift%,%secret%,%the table%,%the side%,%side %,%middle%,%cash%,%transfer%,%deposit%,%direct%'
        ',%straight%,%deal with%,%charge you%,%cheaper%,%for half%,%discount%,% less%,%privat%,%rechnung%,%beleg%'
        ',%factur%,%fattur%,%faktur%,%nota%,%bon %,%black%,%noir%,%schwarz%,%nero%,%negro%,%fuera%,%fora%'
        ',%reki%,%elden%,%der hand%,%contanti%,%liquide%,%especes%,%bar %,%nous%,%noi%,%unter uns%,%nosotros%'
        ',%these%,%decline%,%cancel%,%you found%,%ourselves%,%passer%,%passare%,%pasar%,%lappli%,%app%''%,%receipt%,%folding%'
        ',%envelope%,%bring a few%,%bring some%,%bring bills%,%bring notes%,%bring cash%,%your bank%,%my bank%,%no accounts%'
        ',%your account%,%my account%,%the invoice%,%that invoice%,%this invoice%,%the booking%,%no need %,%through here%'
        ',%through the%,%through this%,%no tax%,%the record%,%no reviews%,%just us%'
        ',%us two%,%your bill%,%the bill%,%using this%,%source%}'::text[];
    evading_hints constant text[] :=
        '{%bot%,%censor%,%algorithm%,%moderat%,%mods%,%chat filter%,%the filter%,%system%,%software%,%flag%,%ban %,%blank%'
        ',%spell%,%words%,%digit%,%your number%,%ur number%,%my number%,%the number%,%number_s on%,%numbers%,%photo%,%picture%,%pic%,%image%,%video%,%profile%,%bio%,%van %'
        ',%truck%,%my sign%,%a sign%,%the sign%,%shop sign%,%lettering%,%shirt%,%cardboard%,%my card%,%business card%,%avatar%,%book%,%pages%,%google%,%look me%,%search%,%name%'
        ',%insta%,%handle%,%social%,%snap%,%gamertag%,%in touch%,%my contact%,%privately%,%qr%,%map app%'
        ',%split%,%listening%,%want my%,%how to%,%reach you%,%reaching you%,%find you%,%find me%,%find us%,%to find%'
        ',%hold of%,%a card%,%the invoice%,%my invoice%,%craigslist%,%ebay%,%marketplace%,%listing%,%only one%,%have us%}'::text[];
    foreign_hints constant text[] :=
        '{%tan yaz%,%dan yaz%,%tan konus%,%dan konus%,%passons%,%continu%,%poda%,%vieni%,%venga%,%recapito%,%auf whats%,%auf signal%,%auf tele%,%mere %,%meri %,%appel%,%coup de%,%voix%,%telephon%,%telefon%,%passe%,%se voit%,%renc%,%votre%,%ton %,%klingel%'
        ',%rufen%,%vorbei%,%ihre%,%an mich%,%bei mir%,%per mail%,%wo ist%,%wo sind%,%marco%,%llam%,%marc%'
        ',%escribo%,%busco%,%puedo%,%podr%,%podemos%,%quiere que%,%prefiero%,%por %,%viva voz%,%donde%,%calle%'
        ',%su %,%tu %,%nos vemos%,%en persona%,%sin cita%,%chiam%,%richiamo%,%scrivo%,%sentiamo%,%a voce%'
        ',%portar%,%passo %,%dove%,%vediamo%,%di persona%,%tuo%,%suo%,%vostro%,%ligo%,%ligar%,%posso%'
        ',%me liga%,%me chama%,%pelo %,%no zap%,%no whats%,%seu %,%teu %,%sua %,%tua %,%pessoal%,%dzwon%'
        ',%zdzwo%,%pm mo%,%pana%,%pani%,%twoj%,%swoj%,%podja%,%podje%,%przyja%,%spotka%,%warsztat%,%gdzie%'
        ',%poza%,%bellen%,%bel %,%langs%,%waar %,%je %,%uw %,%jouw%,%araya%,%arasam%,%ararim%,%numaran%'
        ',%dukkan%,%nerede%,%adresin%,%ugra%,%number %,%no de%,%nambar%,%mobile%,%contact%,%call %,%phone %'
        ',%fon %,%mil%,%bahar%,%aapki%,%apki%,%tumhari%,%so d%,%zalo%,%goi %,%nhan tin%,%ket ban%,%gap %'
        ',%tien mat%,%chuyen%,%ngoai%,%nomor%,%japri%,%telpon%,%hubungi%,%tawag%,%kita%,%suna%,%zavol%,%ring %'
        ',%ditt%,%kontant%,%tiene%,%devam%,%uygulama%,%prive%}'::text[];
    lines text;
    candidates text[] := array[]::text[];
    candidate text[];
    patterns text[];
    hint text;
    part text;
begin
    -- a sentence a line: (?n) lets $ match at its end, and nothing go beyond
    lines := ' ' || replace(translate(folded, '.!;', E'\n\n\n'), '?', E'?\n');
    if octet_length(folded) > length(folded) and folded collate "C" ~ '[\u0370-\u1fff\u3040-\ud7ff]' then
        -- folding takes letters apart that consist of others
        lines := normalize(lines, nfc);
        candidates := candidates || array[['elsewhere']];
    end if;
    if lines collate "C" like any (paid_hints) then
        candidates := candidates || array[['solicits_payment']];
    end if;
    if lines collate "C" like any (spoken_hints) then
        candidates := candidates || array[['solicits_call']];
    end if;
    if lines collate "C" like any (placed_hints) then
        candidates := candidates || array[['solicits_meeting']];
    end if;
    if lines collate "C" like any (evading_hints) then
        candidates := candidates || array[['solicits_leaving']];
    end if;
    if lines collate "C" like any (foreign_hints) then
        candidates := candidates || array[['solicits_contact']];
    end if;
    if cardinality(candidates) = 0 then
        return null;
    end if;
    foreach candidate slice 1 in array candidates loop
        patterns := app.soliciting_phrases(candidate[1]);
        hint := null;
        foreach part in array patterns loop
            if hint is null then
                hint := part;
                continue;
            end if;
            -- two conditions and not one: with a query in it, each would be a statement of its own
            if lines collate "C" like any (string_to_array(split_part(hint, '&', 1), '|'))
                and (strpos(hint, '&') = 0 or lines collate "C" like any (string_to_array(split_part(hint, '&', 2), '|')))
                and lines collate "C" ~ ('(?n)' || part)
            then
                if exists (
                    select
                    from string_to_table(lines, E'\n') as s (said)
                    where s.said collate "C" ~ ('(?n)' || part) and s.said collate "C" !~ refused
                        and (candidate[1] not in ('solicits_call', 'solicits_contact') or s.said collate "C" !~ reported)
                ) then
                    return case candidate[1] when 'elsewhere' then 'solicits_contact' else candidate[1] end;
                end if;
            end if;
            hint := null;
        end loop;
    end loop;
    return null;
end;
$$;
comment on function app.judge_wording is
    'Why a folded text asks for, or offers, contact or payment outside the platform by what is said in it, whichever '
    'words; null if it does not.';
