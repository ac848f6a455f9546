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
        '|won.?t (?:give|share|take|do)|not allowed|against (?:the )?rules|house rules|rather not|no puedo|не могу'
        '|не можу|nie moge|kann (?:ich )?(?:leider )?nicht|darf (?:ich )?(?:leider )?nicht|ne peux pas|ne peut pas|nao posso|non posso|nahi'
        '|(?:write|messag|text|chat|escrib|schreib|ecri|scriv|пишит|напиши|pisz)[^.;?!]{0,14} (?:here|hier|ici|aqui|qui|tutaj|сюда|здесь|тут)(?:[^a-z]|$)'
        '|call button|in here(?:[^a-z]|$)|help page|(?:app|platform|site|system|plattform) (?:email|text|send|call|message)s? (?:me|you)'
        '|don.?t (?:do|ask|share)|do not share|not comfortable|donne pas|gebe (?:ich )?(?:keine|nicht)|no doy|restons ici|(?:go|goes|keep it|stay|stays) (?:through|on|in) the (?:platform|app)'
        '|(?:told|asked|wanted|offered) (?:me|us) to';
    person constant text := '(?:dealer|insur|adac|anwb|roadside|tow truck|police|warranty|shop said|support|autozone|bank)';
    apps constant text :=
        '(?:whats ?a?p?p?|wats ?app|imessage|face ?time|signal|telegram|insta(?:gram)?|ig|fb|facebook|messenger|discord'
        '|skype|zoom|viber|snap(?:chat)?|wechat|tiktok|reddit|line|zalo|kakao|threema|google meet|teams)';
    spoken constant text :=
        '(?:minutes?|mins?|moments?|seconds?|quick|short|few|properly|talk|chat|speak|word|sort|explain|discuss|hash|hear)[^.;?!]{0,25}'
        ' (?:on|over|by|down) (?:the |a )?(?:tele)?phone'
        '|(?:on|over|by) (?:the |a )?(?:tele)?phones?(?: (?:would|could|will|beats|saves|instead|tonight|tomorrow|later)|[?]|$)'
        '|(?:give|gimme|drop|shoot|send) (?:you|ya|u|me|us|him|her)?,? ?(?:an? |the )?(?:quick |wee |little |proper )?(?:ring|bell|buzz|tinkle|call|shout|holler|text|sms|line|dm|email|mail|voicemail)(?:[^a-z]|$)'
        '|(?:i.?ll|i will|can i|could i|shall i|let me|may i|i could|i can|i.?d|happy to|want to|like to|love to|rather|easier to|mind if i)(?: [a-z]+)? (?:phone|ring|text|dm|facetime|email|buzz|whatsapp|call) (?:you|ya|u)(?:[^a-z]|$)'
        '|(?:can|could|would|will) (?:you|u|ya) (?:just |please |pls |maybe )?(?:phone|ring|text|dm|facetime|email|buzz|whatsapp|call) (?:me|us)(?:[^a-z]|$)'
        '|(?:talk|speak|chat)[a-z]* (?:to (?:you|me) )?(?:live|voice|properly|person to person|human to human|in real time)'
        '|hear (?:your|my|a) (?:human )?voice|voice (?:call|chat|note|memo)|video (?:call|chat)|(?:hop|jump|get) on (?:a|the) (?:quick )?(?:call|phone|zoom|line|horn|video)'
        '|(?:do|you|u|got|have|use)(?: you| u| ya)? (?:have|got|use|on|do)? ?(?:an? |any )?' || apps || '(?:[?]|$| i can| so i| so we| by|,)'
        '|(?:let me have|have you got|got|is there|what.?s) (?:an? |the |your |ur )?(?:good |best |direct |better )?(?:number|line|cell|landline|mobile)(?: (?:i|we|where|to|that|for (?:you|me)|handy)|[?]|$)'
        '|(?:over|on|via|to|by|using|in|through|jump to|switch to|move to|continue on|carry on on) ' || apps || '(?:[?.!, ]|$)[^.;?!]{0,12}(?:instead|easier|better|faster|quicker|if you|then)'
        '|(?:quick|short|minute|brief) phone (?:call|chat|conversation|talk)|talks? on (?:tele)?phones|(?:move|switch|continue|take|carry|bring|shift|jump|hop)[^.;?!]{0,16} (?:to|on|onto) ' || apps || '(?:[^a-z]|$)'
        '|' || apps || ' (?:messenger |number )?(?:ok|okay|good|fine|work|works|any good) ?(?:for|with|by)? ?(?:you|u|ya)?(?:[?]|$)|(?:need|give me|gimme|got|want|whats|drop|send|using|on|to|have) (?:ur|your) (?:cell(?:y|ie)?|gmail|inbox|hotmail|digits)(?:[^a-z]|$)|send (?:me )?yours|hit (?:me|us) up'
        '|(?:other|another|better|different|best|easier|some) (?:way|means|place) (?:to|of) (?:reach|reaching|contact|contacting|get|getting|talk|talking|chat)[a-z]* (?:to |with |hold of )?(?:you|me|us|ya|u)'
        '|(?:ghost|paper ?plane|bird|green|yellow|purple|camera|clock) (?:bubble |logo |icon )?app(?:[^a-z]|$)|(?:chat|talk|continue|speak|discuss)[a-z]* (?:somewhere|elsewhere|outside|there)';
    placed constant text :=
        '(?:bring|tow|drive|run|take|haul|limp|trailer|roll|get|drop|carry) (?:it|her|him|them|this|that|mine|(?:the|my) [a-z]+)(?: [a-z]+){0,3} (?:to|at|past|by|round) (?:you|yours|your (?:shop|place|garage|house|home|driveway|yard|door|bay|lot|workshop))(?:[^a-z]|$)'
        '|(?:i.?ll|i will|i can|i could|can i|could i|i.?d|let me|if i|we could|let.?s|happy to|want to|wanna|gonna|just|could you|can you|would you|chance (?:of )?you|you could|welcome to|feel free to|free to|please)(?: [a-z]+){0,2}'
        ' (?:pop|popping|swing|swinging|drop|dropping|come|coming|stop|stopping|drive|driving|nip|head|roll|bring (?:it|her)|cruise|shoot)(?: right| on| it| her)? (?:round|over|by|past|in and|up (?:to|there)|down (?:to|there)|out (?:to|there))(?:[^a-z]| (?:and|to|on|sat|sun|tom|aft|after|this|later|if|when|for|with)|$)'
        '|(?:what|which|wut|whats?) (?:street|shop|garage|workshop|bay|address|corner|business) (?:do|are|r|is|did)? ?(?:you|u|ya|your|ur)'
        '|(?:street|address|shop|garage|place|workshop) (?:is|are|do) (?:your|you|u|ur)'
        '|where(?:abouts)? (?:are|r|is|.s|do|can i find|would i find|in [a-z]+ are) (?:you|u|ya|your|ur)(?: (?:shop|garage|place|workshop|located|based|at|work|house|home|live|guys)|[?]|$)'
        '|how far (?:away )?(?:are|r|is|from) (?:you|u|your|me|ya)|how close are you|(?:are|r) (?:you|u) (?:anywhere |somewhere )?(?:near|close to|local|nearby|around here)'
        '|(?:meet|see you|see me|look at it|looking at it|have a look|take a look|show you|do it|chat|talk|hand it)[^.;?!]{0,30}(?:in person|face to face|in the flesh|in real life)'
        '|(?:over|buy you|buy ya|stand you|owe you) (?:a |some |the )?(?:coffee|beers?|pint|drink|lunch|breakfast|cuppa|brew)|bring (?:a )?(?:beers?|donuts|doughnuts|coffee)|kettle.?s? (?:is )?(?:always )?on'
        '|(?:my|our) (?:driveway|shop|workshop|barn|yard|place|bay|lift|garage)(?:.s| is|s) (?:[a-z]+ )?(?:open|free|always|yours)|no appointment|walk.?ins? (?:welcome|ok)'
        '|(?:drop|send|share|shoot) (?:me |us )?(?:a |your |the )?(?:pin|location|gps|coordinates)'
        '|(?:come|swing by and|drop in and) (?:see|find|visit|meet|join) (?:me|us)|come (?:right )?to (?:me|my|yours|your|you)(?:[^a-z]|$)|(?:ask|look) for (?:me|my)(?: |$)'
        '|meet (?:me|you (?:at|in|there|half|some|by)|up|halfway|half way|somewhere|at (?:the|my|your)|in the middle)|(?:my|your|ur) (?:home )?address|(?:come|go|be) (?:out )?to (?:your|my) (?:house|place|work|driveway|garage|shop|home)';
    paid constant text :=
        '(?:without|leave|leaving|skip|skipping|save|saves|avoid|minus|dodge|lose|keep|cut|cutting|split|spare)[^.;?!]{0,22}(?:(?:site|app|platform|their|booking|service|middle ?man|company|web ?site)(?:.?s)? (?:cut|share|slice|percentage|commission|take|fees?|skim)|commission|percentage)'
        '|(?:off|outside|away from|beyond|around|past)(?: of)? (?:this|the) (?:app|site|platform|chat|system|web ?site|window|thing|marketplace)|off (?:of )?here(?:[^a-z]|$)[^.;?!]{0,8}(?:than|[?]|$|if|and|then)|(?:take|do|continue|carry|talk|move)[^.;?!]{0,14} (?:offline|off ?app|off ?platform|elsewhere|somewhere else|off here)'
        '|outside of here|(?:hold of|contact|reach|find|message) me outside|(?:sort|do|settle|handle|arrange|fix)[^.;?!]{0,12} offline|(?:decline|reject|cancel|refuse) the (?:quote|offer|order|booking)[^.;?!]{0,12} (?:then|and)|pay(?:ing)? these (?:people|guys)|tell them you (?:found|changed)|do (?:it|the repair|this) ourselves'
        '|sans passer par|au black|sin pasar por|senza passare|ohne (?:die )?(?:plattform|app)'
        '|between (?:us|ourselves|you and me|me and you|you and i|the two of us)(?:[^a-z]|$)|among ourselves|nobody (?:has to|needs to|will|would|.ll) know|no one (?:has to|needs to|will|would|.ll) know|keep (?:it|this) (?:quiet|between)|hush.?hush|catch my drift|our (?:little )?secret'
        '|under the table|off the books?|(?:works?|jobs?|bit|money|cash|stuff|this|that|it|repairs?|something) (?:[a-z]+ )?on the side(?:[^a-z]|$)|side (?:jobs?|work|gigs?|hustle)|no middle ?man|cut out the middle|cash (?:only|in hand|job|price|deal|discount)|bank transfer|wire transfer|direct deposit|(?:pay|give|hand|slip|bring) (?:me|you|u|ya)[^.;?!]{0,16} (?:cash|directly|direct|in cash)'
        '|(?:come|go|book|deal|pay|work|straight)(?: with| to)? ?(?:straight|directly|direct) (?:to|with) (?:me|us|you)|straight to me|deal with me|charge you|(?:i.?ll|i.?d|i can|i could|i will) (?:do|knock)[^.;?!]{0,30} for (?:half|less|cheap|cash|[$]?[0-9]+)'
        '|(?:cheaper|less|discount|half)[^.;?!]{0,24}(?:direct|privately|without (?:them|the|this)|on my own|if you (?:skip|leave|cancel))|out of the app|(?:cut|leave|keep) (?:them|the app|the platform|this site) out'
        '|(?:ohne|sans|sin|senza|sem|bez|zonder) (?:rechnung|beleg|quittung|facture|factura|fattura|nota|faktury|paragonu|factuur|bon|boleta|recibo|ricevuta|la app|l.appli|die app|l.app)|(?:au noir|de la main a la main|schwarz|in nero|en negro|por fuera|por fora|na czarno|do reki|мимо кассы|без чека|наличк|elden|faturasiz|unter der hand|bar auf die hand|in contanti|en liquide|en especes|bar (?:zahlen|zahle|zahlst|zahlung|und|auf die))'
        '|(?:entre (?:nous|nosotros|nos)|tra (?:di )?noi|unter uns|miedzy nami|между нами|onder ons|aramizda)(?:[^a-z]|$)';
    evading constant text :=
        '(?:ro)?bots? (?:does|will|would|can|is|won|don|never|only|reads?|sees?|from|eats?|catch|ha[sd]|hide|block|mask|delete|flag)|(?:censor|algorithm|moderator|mods?|filter|system|software|checker|scanner|it|app|site|chat|thing)s? (?:doesn.?t|don.?t|won.?t|can.?t|cannot|never|only|will|always|keeps?) (?:[a-z]+ )?(?:catch|see|read|notice|spot|flag|block|mask|hide|hiding|blank|delet|censor|recogni|detect|star)[a-z]*[^.;?!]{0,20}(?:text|number|digit|word|letter|photo|picture|phone|contact|name|spaces|it out)'
        '|(?:number|digit|word|letter|photo|picture|spell|write|type|say)[^.;?!]{0,40}(?:so|before|then|and|or|else|otherwise) (?:that )?(?:the |this |they |it )?(?:bot|robot|filter|censor|system|app|site|chat|software|it|they)? ?(?:doesn.?t|don.?t|won.?t|can.?t|wouldn.?t) (?:[a-z]+ )?(?:catch|see|read|notice|spot|flag|block|mask|hide|blank|delete|censor)'
        '|(?:flag|ban|censor|bleep|mask|star|blank|kick)(?:s|ged|ned|ed)? (?:us|me|you|my (?:number|message)|numbers?)(?:[^a-z]|$)|(?:get|gets|getting|sneak|slip|trick|fool|beat|dodge|avoid)[a-z]* (?:it )?(?:past|around|round|by|through)? ?(?:the|this|their) (?:bot|robot|chat filter|censor|filter|mods?|moderators?|algorithm)(?:[^a-z]|$)'
        '|(?:spell|write|type|put|say|send|space|break|split|hide|disguise|sneak|slip) (?:it|(?:the|your|my|ur) (?:number|digits|address|e-?mail|contact|name|insta|handle)|that|them|digits|numbers?)[^.;?!]{0,24}(?:in words|as words|in letters|with spaces|in (?:the|a|your|my) (?:photo|picture|pic|image|video|caption|file)|backwards|on (?:paper|cardboard|a sign|your hand|a post)|one (?:digit|bit|number|word) at a time|in code)'
        '|(?:my|your|ur|our|phone|cell|contact) (?:number|digits|e-?mail|contact|handle|insta|details|info|card)[a-z]*[^.;?!]{0,24} (?:on|in|under|through|at the (?:end|bottom|start) of) (?:the|my|your|a|that) (?:[a-z]+ )?(?:photo|picture|pic|image|video|profile|bio|sign|side|door|van|truck|shirt|sticker|banner|window|lettering|avatar|background|cap|sleeve|dashcam)'
        '|(?:zoom in|look|read|check|see|blow up|enlarge|peep|peek)[^.;?!]{0,25}(?:my (?:profile|avatar|bio|van|truck|shirt|hat|cap|sign|banner|card)|lettering|side of (?:the|my) (?:van|truck)|shop (?:door|sign|window)|back of my)'
        '|(?:number|digits|contact|cell|insta|details).{0,3}(?:s|is|are)? on (?:the|my|a) (?:van|truck|side|door|shirt|cap|hat|sign|banner|card|sticker|lift|wall|toolbox|bumper)[^.;?!]{0,12}(?:pic|photo|image|video|[0-9]|$)|(?:zoom|picture|photo|pic|image|look)[^.;?!]{0,40} on the side of (?:the|my|our) (?:van|truck|shop|building)|scan (?:the|my|this|that) (?:qr|code in)|(?:wrote|written|painted|printed|scribbled|held up) [^.;?!]{0,6}(?:my|the) (?:cell|number|digits|phone|mail|e-?mail|insta|contact)|(?:pic|photo|picture|snap) of (?:your|ur|my) (?:number|cell|card|phone number|contact)|split (?:your|the|ur|my) (?:number|digits)|(?:somewhere|where) (?:they|nobody|no one|the bots?) (?:aren.?t|isn.?t|can.?t|won.?t|don.?t|is not|are not) (?:listen|see|read|watch|hear|look)|three words (?:for|are|to)|map app'
        '|how to (?:get hold of|reach|find|contact) (?:me|us)(?:[^a-z]|$)|phone ?book|yellow pages|white pages|(?:google|look up|search(?: for)?) (?:me|us|my|our)(?:[^a-z]|$)|look (?:me|us) up|(?:type|put) into (?:google|maps)|find (?:ur|your|my) (?:place|shop|garage|page|listing)'
        '|(?:what|wut)(?:.s| is|s)? (?:your|ur|the) (?:shop|garage|business|company|workshop|place|last|full|real|sur)(?:.s)? ?(?:name|called)|name of (?:your|ur|my) (?:shop|garage|business|company|workshop|place|page|channel)|(?:your|ur) (?:last|full|real|sur) ?name|(?:what(?:.s| is|s)?|got|drop|give me|share) (?:your|ur|an?) (?:insta|facebook|fb|tiktok|handle|username|user|discord|steam|snap|socials?|gamertag)'
        '|same (?:user ?)?name (?:everywhere|on)|name is the same|get in touch|my contact (?:info|details)|business card|want my (?:e-?mail|number|cell|phone|snap|insta|whats)|do (?:it|this|that|the job|the work) privately';
    other_languages constant text :=
        '(?:s.appeler|on s.appelle|(?:vous|t.|te|m.|me|nous) ?appele(?:r|z)|rappele(?:r|z)|coup de (?:fil|tel)|vive voix|par telephone|au telephone|passe(?:r|z)? (?:chez|au garage|a l.atelier|me voir)|on se voit|se rencontrer|votre (?:adresse|garage|numero)|ton (?:adresse|garage|numero))'
        '|(?:am telefon|telefonisch|telefonieren|durchklingel|kurz anrufen|sie (?:mal |kurz |mich )?an(?:rufen)?$|ruf(?:en)? sie mich|vorbei ?(?:komm|bring|schau|fahr)|ihre (?:nummer|adresse|werkstatt|mail)|(?:bitte|gern|einfach) an mich|melde[nt]? sie sich bei mir|per mail|wo (?:ist|sind) (?:ihre|sie|deine))'
        '|(?:(?:le|te|les|lo|la) (?:marco|llamo|marcamos|llamamos|escribo|busco)|(?:puedo|podria|podemos|podriamos|quiere que|prefiero) (?:le |te )?(?:llam|marc|habl|pas|ir |llev)|llam(?:ar|e|a)(?:le|te|lo|nos|me)|marc(?:ar|que|a)(?:le|te|me)|por (?:telefono|whats|wasap|fuera)|tienes? (?:whats|telegram|insta)|viva voz|(?:donde|en que calle) (?:esta|queda|tiene|se encuentra|es)[^.;?!]{0,16}(?:taller|ubicad|negocio|local|usted)|(?:su|tu) (?:taller|casa|direccion|ubicacion|numero|celular|correo|whats)|nos vemos|en persona|sin cita|por mi cuenta)'
        '|(?:chiamar(?:ti|la|vi|mi)|(?:ti|la|vi) (?:chiamo|richiamo|scrivo)|ci sentiamo|sentiamoci|al telefono|a voce|portar(?:tel|vel|gliel)[aoei]|passo (?:da|in)|dove (?:stai|siete|si trova|sei)|ci vediamo|di persona|(?:tuo|suo|vostro) (?:numero|indirizzo|cellulare))'
        '|(?:(?:te|lhe) (?:ligo|chamo)|(?:posso|podemos) (?:te |lhe )?(?:ligar|levar|passar|chamar)|me (?:liga|chama)|pelo (?:zap|telefone|whats)|no (?:zap|whats|telefone)|(?:seu|teu) (?:zap|whats|numero|telefone|endereco)|(?:sua|tua) oficina|pessoalmente)'
        '|(?:zdzwo|dzwoni[csz]|pm mo)|(?:zadzwoni(?:c|e|my|sz|cie)?(?:[^a-z]|$)|przez telefon|(?:pana|pani|twoj|swoj) (?:numer|adres|telefon)|do (?:pana|pani) (?:zadzwon|przyj|podj)|podjad|podjech|przyjad|spotka[cj]|warsztat jest|gdzie (?:jest|macie|ma pan)|poza (?:aplikacj|platform))'
        '|(?:bellen|bel (?:me|je|mij|even)|langs ?(?:kom|breng|rij)|kom(?:t|en)? (?:ik )?(?:even )?langs|waar (?:zit|is) (?:je|u)|(?:je|uw|jouw) (?:nummer|adres))'
        '|(?:arayabilir|arasam|arayay|ararim|telefonda|telefonlas|numaran|dukkan(?:in|iniz)|neredesin|adresin|ugra[ry])'
        '|(?:(?:number|no|nambar|mobile|contact) (?:de ?do|de ?dena|dijiye|dijiyega|do na|dena|bhej|bata)|(?:call|phone|fon) (?:kar|pe |pr |lagao|laga)|mil(?:te|na|o) (?:hain|hai|kar)|bahar (?:kar|se)|(?:aapki|apki|tumhari) (?:dukan|garage|workshop))'
        '|(?:so (?:dien thoai|dt)|zalo(?:[^a-z]|$)|goi (?:cho )?(?:em|anh|toi|minh|chi)(?:[^a-z]|$)|nhan tin|ket ban|gap (?:nhau|mat|truc tiep)|tien mat|chuyen khoan|ngoai app|nomor (?:hp|wa)|japri|telpon|hubungi (?:saya|aku)|tawag|number mo|kita tayo)'
        '|(?:sunati-ma|suna-ma|zavolej|zavolat|ring mig|ringa dig|kan jag ringa|ditt nummer|kontant)';
    elsewhere constant text := normalize(
        '留个?电话|电话(?:号|是|多少|聊|联系|说)|手机号|号码(?:给|发|多少)|(?:给|告诉)我?.?(?:电话|号码|微信|地址)|你的?(?:电话|手机|微信|地址|店)|您的?(?:电话|手机|微信|地址|店)|微信|加我|加个|打我?电话(?:给我|聊)?|打给[我你您]|给[我你您]打|私[下聊信]|现金|轉賬|转账|当面|見面|见面|上门|到店|店在哪|不走平台|绕过平台|平台外|打这个|联系我|聯絡我|加line'
        || '|電話(?:し|番号|で|くだ|もら|いい|お)|番号を?(?:教|交換)|line(?:で|交換|は|id|を|に)|ライン(?:で|交換|は)|連絡先|直接(?:会|お|連|や|取|払)|会え|会って|会い|現金|お店は?どこ|場所は?どこ|住所|dmで|dmし|メール(?:で|くだ|アド)|追加お願い|持って行|持ち込'
        || '|카톡|카카오|전화 ?(?:번호|하|주|드|로|통화|줘)|통화|번호 ?(?:좀|를|알려|주)|연락처|문자 ?(?:주|보내|드)|만나|직접 ?(?:만|거래|연락|가|방문)|현금|계좌|텔레그램|라인으로|주소'
        || '|رقم(?:ك|كم|ي| الجوال| جوال| هاتف| الهاتف| الواتس)|واتس|اتصل(?:ي| بي| علي| فيني)|كلمني|اكلمك|ورشتك|محلك|عنوانك|وين (?:ورش|محل|مكان)|اجيك|أجيك|نتقابل|كاش|نقدا|تحويل|برا (?:التطبيق|الموقع)|خارج (?:التطبيق|الموقع)'
        || '|(?:по)?звон(?:ю|ок|ить|ите|и(?![а-я]))|наб(?:ери|рать|еру)|созвон|по телефону|голосом|(?:ваш|твои|мои|свои) (?:номер|телефон|адрес|гараж)|телег|ватсап|вотсап|вацап|вайбер|встрет|подъе|приед|заед[ук]|наличн|на карту|мимо|без посредник|напрямую|лично|зателефон|подзвон|готівк|telega'
        || '|תתקשר|המספר|מספר שלך|וואטסאפ|מזומן|להיפגש|τηλεφων|παρε με|μετρητα|شماره|زنگ بزن|تماس|โทร|ไลน์|เบอร์|เจอกัน|เงินสด',
        nfkd
    );
    said text;
    reason text;
begin
    for said in select s.said from regexp_split_to_table(folded, '[.!;\n]+(?: |$)|(?<=[?]) ') as s (said) loop
        continue when length(said) < 3 or said ~ refused;
        reason := case
            when octet_length(said) > length(said) and said ~ elsewhere then 'solicits_contact'
            when said ~ paid then 'solicits_payment'
            when said !~ person and said ~ spoken then 'solicits_call'
            when said ~ placed then 'solicits_meeting'
            when said ~ evading then 'solicits_leaving'
            when said !~ person and said ~ other_languages then 'solicits_contact'
        end;
        exit when reason is not null;
    end loop;
    return reason;
end;
$$;
comment on function app.judge_wording is
    'Why a folded text asks for, or offers, contact or payment outside the platform by what is said in it, whichever '
    'words; null if it does not.';
