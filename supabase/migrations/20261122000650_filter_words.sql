-- What the contact filter knows of words: each has one reading, in any language that our users write.
--
-- A message is read as a short string, a letter for each word and a figure for each digit, and judged on
-- that string. Nothing here is taken from a message of the corpus: these are single words.

create table app.filter_words (
    word text collate "C" primary key
        constraint word_is_folded check (word = lower(word)),
    reading text collate "C" not null
        constraint reading_is_short check (reading ~ '^(?:[0-9A-Za-z]{1,2}|[^0-9A-Za-z])$'),
    misspelt boolean not null default false
);
comment on table app.filter_words is
    'Words, and what stands between two words, with what they stand for in a reading; app.read_text explains it.';
comment on column app.filter_words.misspelt is 'One slip of the keyboard away from a word that is here.';

insert into app.filter_words (word, reading)
select distinct on (g.gap) g.gap, g.reading
from (
    -- one sign, on its own or with spaces about it
    select concat(before.side, s.sign, after.side) as gap, s.sign as reading, 2 as rank
    from string_to_table('. - / , : ( ) * _ | + # = @ & '' % $', ' ') as s (sign)
    cross join (values (''), (' ')) as before (side)
    cross join (values (''), (' ')) as after (side)
    union all
    select g.gap, g.reading, 1
    from (
        values
        ('  ', ' '), (E'\t', ' '), ('   ', ' '),
        -- the end of a sentence, or of a line
        ('. ', ';'), ('! ', ';'), ('? ', ';'), ('!', ';'), ('?', ';'), ('...', '"'), ('... ', ';'), ('.. ', ';'),
        ('..', '"'), (' ... ', ';'), ('!! ', ';'), ('!!', ';'), ('?? ', ';'), (';', ';'), ('; ', ';'), (E'\n', '?'),
        (E'\n ', '?'), (E'.\n', ';'), (E',\n', '?'), (' ?', ';'), (' ? ', ';'), (' !', ';'), (' ! ', ';'),
        -- an account's name, a sum
        (' @', '^'), (':@', '^'), (': @', '^'), ('(@', '^'), (' (@', '^'), (', @', '^'), ('@', '@'), (' $', '$'),
        -- a comma in a sentence, not in a number
        (', ', '<'), (' , ', '<'),
        -- brackets of one word
        (') ', ')'), (' (', '('), ('[', '('), (']', ')'), (' [', '('), ('] ', ')'), ('{', '('), ('}', ')'),
        (' {', '('), ('} ', ')'), ('<', '('), (' <', '('), ('> ', ')'), (') (', ')'), (')(', ')'), ('] [', ')'),
        ('(.)', '.'), ('[.]', '.'), (' [.] ', '.'), (' (.) ', '.'), ('(@)', '@'), ('[@]', '@'), (' [@] ', '@'),
        (' (@) ', '@'), ('{@}', '@'), ('<@>', '@'), ('{.}', '.'),
        -- groups of a number
        (') - ', '-'), (')-', '-'), (').', '-'), (')/', '-'), (' (+', '+'), ('+(', '+'), ('(+', '+'), (': +', '+'),
        (':+', '+'), (' +(', '+'), (', +', '+'), ('--', '-'), (' -- ', '-'), ('//', '/'), ('||', '|'), ('__', '_'),
        (' || ', '|'), ('- ', '-'), (' -', '-'), ('~', '-'), (' ~ ', '-'), ('\', '/'), (' \ ', '/'), ('- -', '-'),
        ('://', '>'), (' : //', '>')
    ) as g (gap, reading)
) as g
order by g.gap, g.rank;

create function pg_temp.learn(reading text, words text) returns void
    language sql
begin atomic
    insert into app.filter_words (word, reading)
    select
        lower(translate(regexp_replace(normalize(spelled.word, nfkd), '[\u0300-\u036f]', '', 'g'), 'ıłøđæ', 'ilode')),
        learn.reading
    from regexp_split_to_table(learn.words, '\s+') as spelled (word)
    where spelled.word <> ''
    on conflict do nothing;
end;

-- Digits. Who spells a number in words does it in the language at hand: English, Spanish, French, German,
-- Portuguese, Italian, Dutch, Polish, Russian, Turkish, Arabic, Hindi, Urdu, Indonesian, Tagalog, Vietnamese,
-- Chinese and Japanese as they are typed in Latin letters.
select
    pg_temp.learn('0', 'zero zeros null nul cero zéro sifar sifr sıfır shunya shoonya zilch nil ноль нуль صفر शून्य nol ling'),
    pg_temp.learn('1', 'one ones uno une eins een jeden один bir ek aik واحد एक satu isa mot ichi'),
    pg_temp.learn('2', 'twee two twos dos deux dois zwei zwo dwa два iki اثنان اثنين दो dua dalawa'),
    pg_temp.learn('3', 'three threes tres trois três drei drie tre trzy три üç teen ثلاثة तीन tiga tatlo'),
    pg_temp.learn('4', 'four fours cuatro quatre quatro quattro vier cztery четыре dört chaar اربعة أربعة चार empat apat'),
    pg_temp.learn('5', 'five fives cinco cinq cinque fünf fuenf vijf pięć пять beş paanch panch خمسة पांच पाँच lima fife'),
    pg_temp.learn('6', 'six sixes seis sei sechs zes sześć шесть altı cheh chhe chay chhah ستة छह छः enam anim meia'),
    pg_temp.learn('7', 'seven sevens siete sept sete sette sieben siedem семь yedi saat سبعة सात tujuh pito zeven'),
    pg_temp.learn('8', 'eight eights ocho huit oito otto acht osiem восемь sekiz aath aat ثمانية आठ delapan walo hachi'),
    pg_temp.learn('9', 'nine nines nueve neuf nove neun negen dziewięć девять dokuz nau تسعة नौ sembilan siyam niner'),
    pg_temp.learn('10', 'ten diez dix dez zehn dieci'),
    pg_temp.learn('11', 'eleven onze elf undici'),
    pg_temp.learn('12', 'twelve doce douze doze zwölf dodici'),
    pg_temp.learn('13', 'thirteen trece treize treze'),
    pg_temp.learn('14', 'fourteen catorce quatorze'),
    pg_temp.learn('15', 'fifteen quince quinze'),
    pg_temp.learn('16', 'sixteen dieciséis seize'),
    pg_temp.learn('17', 'seventeen diecisiete'),
    pg_temp.learn('18', 'eighteen dieciocho'),
    pg_temp.learn('19', 'nineteen diecinueve'),
    pg_temp.learn('2e', 'twenty veinte vingt vinte zwanzig venti yirmi двадцать'),
    pg_temp.learn('3e', 'thirty treinta trente trinta dreissig trenta otuz тридцать'),
    pg_temp.learn('4e', 'forty fourty cuarenta quarante quarenta vierzig quaranta kirk сорок'),
    pg_temp.learn('5e', 'fifty cincuenta cinquante cinquenta fünfzig cinquanta elli пятьдесят'),
    pg_temp.learn('6e', 'sixty sesenta soixante sessenta sechzig sessanta altmış шестьдесят'),
    pg_temp.learn('7e', 'seventy setenta septante siebzig settanta yetmiş семьдесят'),
    pg_temp.learn('8e', 'eighty ochenta octante oitenta achtzig ottanta seksen восемьдесят'),
    pg_temp.learn('9e', 'ninety noventa nonante neunzig novanta doksan девяносто'),
    pg_temp.learn('c', 'hundred hundert cientos cent'),
    pg_temp.learn('d', 'double doble dobles dubbel doppel'),
    pg_temp.learn('f', 'triple treble tripple'),
    -- by their sound, or words of their own that are digits somewhere; only between digits
    pg_temp.learn('t', 'to too tu for fore won wun sicks sex nein tree char do due um dois un dva tri pyat ba bon nam tam chin hau yi er liu qi jiu ni shi go roku nana kyu');

-- How people reach each other.
select
    pg_temp.learn('mz', 'send sending sendin forward drop shoot write writing talk talking chat speak discuss message messages msg mssg msgs messaging exchange reply switch move continue take shift jump hop hand escribe escribir hablar hablamos hablemos manda mandame mándame envía enviame mande manda écrivez ecrivez écris ecris écrire envoie envoyez envoyer parler parlons schreib schreibe schreiben scrivi scrivere mensagem mensaje mensajes escreva fale falar falamos bhej bhejo bhejna bhejdo yaz yazın pisz'),
    pg_temp.learn('E', 'info infos'),
    pg_temp.learn('Bz', 'youtube yelp reddit craigslist nextdoor tumblr'),
    pg_temp.learn('i', 'middleman middlemen intermediario intermédiaire'),
    pg_temp.learn('o', 'oh owe ate'),
    pg_temp.learn('y', 'its'),
    pg_temp.learn('v', 'whats karo karna kijiye kardo karein'),
    pg_temp.learn('V', 'link'),
    pg_temp.learn('L', 'lappli lapplication'),
    pg_temp.learn('a', 'name'),
    pg_temp.learn('O', 'leave leaving'),
    pg_temp.learn('z', 'need needs use want wants trade'),
    pg_temp.learn('z', 'theres heres lamar main de la hows'),
    pg_temp.learn('n', 'thats'),
    pg_temp.learn('K', 'says box'),
    pg_temp.learn('z', 'said'),
    pg_temp.learn('z', 'hidden'),
    pg_temp.learn('m', 'active available ahold touch hold responsive'),
    pg_temp.learn('v', 'sharing giving paso doy podaj mind'),
    pg_temp.learn('mz', 'accept accepts accepting'),
    pg_temp.learn('p', 'settle'),
    pg_temp.learn('h', 'business company'),
    pg_temp.learn('W', 'swój swoj'),
    pg_temp.learn('A', 'zap sc'),
    pg_temp.learn('qz', 'photo picture pic image photos pictures pics images background profilepic'),
    pg_temp.learn('S', 'via'),
    pg_temp.learn('z', 'froze freezes crashed loads plays mutes reads shows drops connects works'),
    pg_temp.learn('M', 'bana'),
    pg_temp.learn('C', 'shout voicecalls'),
    pg_temp.learn('b', 'prefer'),
    pg_temp.learn('I', 'ich'),
    pg_temp.learn('w', 'lass'),
    pg_temp.learn('N', 'whatsappnummer'),
    pg_temp.learn('k', 'backward'),
    pg_temp.learn('v', 'le'),
    pg_temp.learn('y', 'hai hain'),
    pg_temp.learn('i', 'hmu callme textme txtme ringme dmme pmme msgme llámame llamame llámeme llameme llámenme márcame marcame márqueme escríbeme escribeme escríbame textéame mensajéame whatsappeame contáctame contactame pásame págame pagame páguenme chiamami scrivimi telefonami contattami позвони звони позвоните набери перезвони напиши напишите пиши пишите ara arayın arayin mesajat zadzwoń zadzwon napisz anrufen ruf رسلني اتصل كلمني راسلني callmeat'),
    pg_temp.learn('C', 'call ring dial buzz bell holler text txt texting txting sms facetime imessage phoning dm calling ringing dialing dialling llamar llame llama llamo llamas marque marcar appelle appelez appeler rappelle rappelez appel ligue liga ligar telefonar chiama chiamate chiamare anruf rufen rufe rufst bel bellen zadzwonić telefonieren tawag missedcall videocall voicecall voicemail'),
    pg_temp.learn('N', 'telefone phone phones number numbers num cell cellphone cellular mobile mob tel telephone fone fon digits landline hotline handset numero numeros número números celular celulares cel cels teléfono telefono móvil movil portable fixe joignable telefoon nummer nr handy rufnummer telefonnummer handynummer numer telefon komórka telefonu телефон телефону номер номеру номера мобильный тел رقم رقمي هاتف جوال تليفون numara numaram numaranı cepte mobil fono '),
    pg_temp.learn('E', 'email emails emailed mail mails emailing correo correos courriel posta eposta почта почту почте имейл بريد ايميل gmailid mailid address'),
    pg_temp.learn('G', 'gmail googlemail yahoo ymail hotmail outlook icloud aol proton protonmail gmx live msn yandex zoho tutanota fastmail rediffmail comcast verizon hey webde'),
    pg_temp.learn('A', 'whatsapp whatsap watsapp wattsapp whatsup wassap wasap guasap wapp wsp telegram telegrm tg insta instagram ig instagrm snapchat snapchap skype facebook fbook fb messenger wechat weixin viber tiktok tiktik twitter linkedin kik threema wickr kakao kakaotalk imo clubhouse bumble tinder offerup googlevoice gvoice ватсап вотсап вацап телеграм телеграмм телега телегу вайбер инстаграм واتساب واتس تلجرام انستا انستغرام bluesky mastodon pinterest vk vkontakte weibo qq bbm'),
    pg_temp.learn('B', 'signal snap line zoom discord teams meta duo meets hangouts threads hangout groupme'),
    pg_temp.learn('P', 'venmo zelle cashapp cashap paypal paypall revolut bizum upi gpay phonepe paytm pix swish mpesa monzo chime iban swift interac etransfer alipay wechatpay crypto bitcoin btc usdt ethereum westernunion moneygram mercadopago nequi yape oxxo spei clabe easypaisa jazzcash bkash gcash vipps mobilepay twint blik payoneer'),
    pg_temp.learn('Q', 'cash cashmoney efectivo liquide espèces especes bargeld contanti dinheiro naqd naqad paise paisa gotówka gotowka gotówką наличные наличными наличка نقدا nakit numerario dinero '),
    pg_temp.learn('p', 'pay paying payment paypals paga pagar pague pagues pagas pagame pago payez payer paie paye paies paiement zahlen zahl zahle bezahlen bezahl bezahle pagami pagate pagare zapłać zaplac платить заплати заплатите оплата ادفع öde ode ödeme betalen betaal '),
    pg_temp.learn('m', ' reach contact contacts contacting reachable hit ping connect escríbame envíame contacta contactar contacto contactez contacter joindre melde melden meld kontaktiere kontakt contatta contattare chamar chame chama rabta raabta baat связь связаться связаться ulaş ulaşın iletişim kontaktuj '),
    pg_temp.learn('a', 'add adding follow find search look lookup username user usrname handle profile account acct nick nickname screenname id tag cashtag under page channel dms inbox google googling subscribe agrega agrégame agregame añade búscame buscame busca sígueme sigueme usuario perfil cuenta ajoute ajoutez cherche cherchez trouve retrouvez suivez compte pseudo adde folge such suche suchen profil cerca cercami aggiungi seguimi procura procure adiciona adicione segue dhoondo ekle bul szukaj znajdź dodaj найди добавь добавьте ник'),
    pg_temp.learn('M', 'me us moi nous mich mir uns mee mujhe mujhko humko hume mne мне меня нам comigo conmigo migo bana beni bize'),
    pg_temp.learn('R', 'my our mine mi mis meu minha mon ma mes mein meine meiner meinem mio mia mera meri mere hamara moj moja mój moje мой моя моё мою benim mijn onze nosso nossa nuestro nuestra notre nos'),
    pg_temp.learn('Y', 'you u ya yall youre usted te vous dich dir ihr sie ihnen você voce vc ti aap aapko tum tumhe apko вам вас тебе тебя seni sana size cię ci tobie je jou'),
    pg_temp.learn('W', 'tu свой свою your ur yours yer tus su sus votre vos ton ta tes dein deine deinen ihre ihren seu sua teu tua tuo vostro aapka aapki apka apki apna apni tumhara твой ваш вашу senin sizin twój twoj jouw uw'),
    pg_temp.learn('I', 'i im ill ive id yo je j eu io ja я ben ako'),
    pg_temp.learn('w', 'we lets let weve well wed vamos wir noi nós мы hum nosotros gehen'),
    pg_temp.learn('v', 'give gimme get have got gotta share swap using whats wats wuts what whatre wheres where tell slide pass trade dame deme dime pasa pase comparte tienes tiene tenes cuál cual dónde donde avez donnez donne quel quelle où hast haben gib geben gebt sag dá passa tem tens qual onde dammi dove daj masz jaki gdzie дай дайте есть какой какая где скинь скиньте ver verir bata batao dedo dena dijiye dijiyega'),
    pg_temp.learn('J', 'direct directly directo directa directamente directement direkt direkte direto diretamente direttamente private privately privado privada privé privat privately personally offline offapp privatim напрямую лично doğrudan seedha seedhe bezpośrednio'),
    pg_temp.learn('O', 'outside off around skip skipping bypass bypassing ditch forget avoid avoiding without dodge fuera dehors hors außerhalb ausserhalb ohne sans sin fuori senza fora sem bahar bina poza bez мимо вне без dışında disinda olmadan buiten zonder evitar éviter saltarnos'),
    pg_temp.learn('L', 'app apps platform platforms site website websites appli application aplicación aplicacion aplicativo plataforma plateforme plattform piattaforma platforma приложение приложения приложении платформы uygulama uygulamanın session sessions booking bookings fee fees commission comisión commissione provision gebühr komisyon'),
    pg_temp.learn('H', 'here herein aquí aqui ici hier yahan yahin тут здесь burada tutaj'),
    pg_temp.learn('V', 'meet meetup rendezvous come comin coming visit swing stop pop bring tow stopby comeby swingby nosvemos vernos vemos verme encontrarnos quedamos ven venga vengan viens venez passez passe rencontrer rencontrons voir treffen triff komm kommen komme vorbei venire vieni incontriamoci vediamoci encontrar encontramos vir vem venha milo milna milte mil aao aaja aa aana ao встретимся встретиться приезжай приезжайте приходи подъезжай buluşalım bulusalim gel gelin spotkajmy spotkać przyjedź przyjedz'),
    pg_temp.learn('h', 'shop garage house home place apartment apt lot driveway door workplace spot parking taller casa maison atelier chez wohnung haus werkstatt officina oficina loja dukaan ghar warsztat dom dükkan ev гараж дом autozone oreilly walmart starbucks mcdonalds costco'),
    pg_temp.learn('J', 'ourselves'),
    pg_temp.learn('b', 'easier better rather instead faster quicker cheaper simpler best mejor fácil plutôt mieux facile besser lieber einfacher meglio melhor lepiej лучше дешевле daha ucuz half discount descuento rabatt sconto desconto remise barato sasta günstiger taniej'),
    pg_temp.learn('r', 'tomorrow tmrw tonight saturday sunday weekend person persona personne mañana demain morgen domani amanhã kal jutro завтра yarın face'),
    pg_temp.learn('g', 'over by on via through thru with por par per über ueber auf an su pe pr по в на em ke üzerinden al del'),
    pg_temp.learn('q', 'qr card sticker lid logo sign watermark tattoo shirt banner'),
    pg_temp.learn('k', 'backwards backward reverse reversed reversing flip flipped mirror mirrored inverted decode decoded cipher base64 morse binary rot13 caesar keypad dialpad spelled spell disguise disguised wink secret puzzle riddle unscramble scramble spaces gaps dashes digit alrevés inverso envers rückwärts rueckwaerts contrario odwrotnie наоборот tersten ulta'),
    pg_temp.learn('D', 'dot punto point ponto punkt kropka tochka nokta точка نقطة punt'),
    pg_temp.learn('j', 'at arroba arobase chiocciola klammeraffe affe malpa małpa sobaka собака собачка kuyruklu apestaartje ät'),
    pg_temp.learn('T', 'com net org biz edu gov co io dev xyz mobi ly gl gd gg eu uk ca mx pk au br fr es pt ru tr nl pl autos online store tech pro club cars'),
    pg_temp.learn('S', 'street st avenue ave av road rd boulevard blvd lane ln parkway pkwy highway hwy freeway fwy cir terrace alley calle avenida carrera carretera colonia rue impasse quai straße strasse str platz viale piazza corso rua travessa ulica ul улица sokak sokağı caddesi mahallesi gali marg nagar crescent mews pike th nd'),
    -- streets that are also what one does with a car
    pg_temp.learn('Sz', 'drive dr court ct way pl place circle square sq plaza row trail loop allee weg ');

-- What explains a number, and what makes of a call an idiom.
select
    pg_temp.learn('N', 'area'),
    pg_temp.learn('nz', 'and und et y oraz ve'),
    pg_temp.learn('n', 'or but so if with as nor oder ou of'),
    pg_temp.learn('a', 'maps profil'),
    pg_temp.learn('z', 'marketplace reel reels group groups post posts forum forums ad ads story guy video videos button screen drain plug media'),
    pg_temp.learn('K', 'part parts oem pn partno serial sn lot upc ean barcode vin tracking track ups usps fedex dhl order ordered invoice inv receipt ticket ref reference ro session claim policy label labels stamped superseded supersedes replaces lists plate tag firmware software version calibration campaign bulletin tsb recall firing reads reading readings data monitors monitor graph odo odometer mileage parcel account pieza piece recibo bon facture matrícula kennzeichen teilenummer fahrgestellnummer bastidor chasis chassis châssis model trim paint build torque torqued gap compression injector cyl cylinder cylinders sensor sensors code codes dtc pid fuse fuses relay pin pins voltage resistance pressure temp coolant oil tire tires tyre tyres size wheel bolt bolts rotor rotors pads belt sku asin isbn catalog catalogue acdelco ate audi bmw bosch brembo delphi denso dorman ford gates gm hella honda hyundai kia lexus lincoln mahle mann mazda mercedes mitsubishi mopar moog motorcraft ngk nissan opel porsche rockauto sachs skf subaru timken toyota trw valeo volkswagen volvo vw walker wix fram champion standard beck arnley febi lemforder pierburg vdo siemens continental aisin akebono kyb bilstein monroe gmb interstate optima duralast napa carquest ecu pcm tcm bcm module modules program cal confirmation case po bolero fact pedido guía rastreo envío suivi commande seriennummer bestellung bestellnummer rechnung sendung trackingnummer chassisnummer fatura sipariş заказ артикул деталь вин накладная nfe placa immatriculation'),
    pg_temp.learn('U', 'km kms miles mile kilometers psi kpa bar bars nm v mv kv volts volt ohm ohms kohm kohms rpm mm cm inch inches ft lb lbs ftlb ftlbs inlbs hz khz mhz ms amp amps ma w watts kw hp cc ml liters litres liter quart quarts qt qts gal gallons gallon degrees degree deg celsius fahrenheit percent pct bucks dollars usd eur cad gbp euros euro pesos rupees rs hrs hours hour hr minutes mins minute sec seconds days weeks months years yrs k kmh kph mph grams kg oz cca ah mah'),
    pg_temp.learn('X', 'dealer dealers dealership roadside insurance insurer 911 police manufacturer support husband wife son daughter mom dad brother sister friend friends family neighbor neighbour kid kids boss towing assistance aaa company adjuster service seller owner shops mechanics grúa seguro dépanneur concessionnaire concesionario werkstätten they them he she him dmv bank warranty manager advisor'),
    pg_temp.learn('F', 'not cant cannot dont wont didnt isnt arent shouldnt couldnt never nothing refuse allowed rules against нельзя nahi nahin mat nicht kein keine nie nunca pas jamais non não nao değil yok'),
    pg_temp.learn('n', 'it that this the a an these those'),
    pg_temp.learn('y', 'is are be am was were es est ist son está hai hain equals'),
    pg_temp.learn('l', 'last area middle then first next ends end starts start begin begins beginning rest followed remaining final finish second third prefix suffix after plus luego después primero último ultimo puis ensuite dann zuerst zuletzt fir'),
    pg_temp.learn('u', 'up together out somewhere nearby local close near'),
    pg_temp.learn('Z', 'ok okay yep yes yeah yea nope no hmm hm lol haha thanks thank thx ty cool great nice sure sorry hi hello hey hang wait waiting still there gotcha understood right alright perfect awesome np bro mate buddy sir bhai amigo pls please plz btw gracias merci danke grazie obrigado');

-- Words of every day, so that a word in none of the lists is likely a name.
select pg_temp.learn('z', '
able about above accident across actually again age ago air alarm all almost alone along already also alternator always among amount and angle another answer any anybody anymore anyone anything anyway anywhere appears as ask asked asking attach auto automatic available away axle back bad balance ball base basic basically battery bearing because become bed been before behind being believe below bent beside besides between beyond big bill bit black blade bleed blew block blocked blow blower blown blue body book boot both bottom bought bouncing box bracket brake brakes brand break breaker broke broken brought brown bumper burned burning burnt bushing but button buy buying cable caliper calipers cam camshaft can cap car carbon care careful carefully carry catalytic caught cause caused causes causing center certain certainly chain chance change changed changes changing charge charged charger charging cheap check checked checking child choose civic clamp clean cleaned cleaner cleaning clear cleared clearly click clicking clicks climb clip clock clunk clunking clutch coil coils cold color column common completely computer condition connected connection connector consider control converter cooling copy corner correct corroded cost costs could count couple course cover crack cracked crank cranked cranking cranks crankshaft crazy creak cruise cts current currently customer cv cycle damage damaged damp dark dash dashboard date day dead deal dealt death decide deep definitely delay depends described did diesel difference different differential difficult dim dip dipstick dirty disc disconnect disconnected display distance distributor do does doesnt doing done doors doubt down drain drained dripping drive driven driver drivers drives driving dropped drops drove dry dtcs dual dull dump during dust duty each earlier early easily easy edge edges egr either electric electrical electronic else emissions empty engine engines enough entire error especially estimate etc evap even evenly ever every everybody everyone everything exact exactly example except exhaust expect expensive experience explain extra eye eyes factory fail failed failing fails fairly fall family fan far fast fault feel feeling feels feet felt fender few fifth figure fill filled filter filters finally fine finger fire fit fits fix fixed fixing flash flashes flashing flat flow fluid flush fob focus foot force found frame free freeze freezing fresh friday from front frozen fuel full fully fun further future gas gasket gaskets gauge gear gears general generally generator gets getting glass glovebox glow go goes going gone good grease green grind grinding grinds ground grounding guess guide guy had hand happen happened happening happens happy hard harness has hasnt havent having hazard head header headlight headlights heads hear heard hearing heat heated heater heavy held help helped helpful helps her high higher himself his history hold holding holds hole hood hook hope hopefully horn hose hoses hot how however huge hub hybrid hydraulic ice idea idle idles idling if ignition imagine immediately important in inside install installed intake intermittent into issue issues items itself jack jerk jerks job jobs joint joints july june just keep keeping keeps kept key keyless keys kick kill kind knew knob knock knocking knocks know known knows large lately launch leak leaked leaking leaks lean learn least leather left leg length less letter level lever lift light lighter lights like likely limit limp little loaded lock locked locks long longer looked looking looks loose lose losing loss lost loud love low lower lucky lug machine made maf main maintenance major make makes making manifold manual many map march mark marked marks master match math matter matters maximum may maybe mean means measure measured mechanic mechanical medium mention mentioned metal meter meters might mild minor miss missed misfire misfires misfiring missing mode moment monday month more morning most mostly motor mount mounts mouth moved moves moving much muffler must nearly necessary neck needed needle needs neither neutral new news night noise noises normal normally note noted notice noticed now nozzle nut nuts o2 obd obvious obviously occasionally odd odor of often old older once only onto open opened opening option options orange ordinary original other others otherwise ought overheat overheated overheating overheats own pack pad paid pain pair pan panel park parked particular parting passenger past patience pattern peak pedal people perhaps period pick picked picking pink pipe piston plan plastic play plenty plug plugged plugs poor popping port positive possible possibly post power press pressing pretty previous price prices prior probably problem problems process proper properly pry pull pulled pulley pulling pulls pump pumps purchase purge push pushed put puts question questions quick quickly quiet quit quite quote quoted rack radiator radio rail rain ran random range rarely rate rattle rattles rattling read ready real realize really rear reason rebuild rebuilt recent recently recommend red reduced refill regular regulator related release remember removed removing repair repaired repairs replace replaced replacement replacing report request require required rescan reset resting result results return rev revs rich ride riding rim risk rod roll rolling roof rotate rough roughly round rub rubber rubbing run running runs rust rusted rusty safe safely said same save saw say saying says scan scanned scanner scary scratch screen screw seal sealed seals seat seats see seem seemed seems seen seized sell sense sent separate serious seriously serpentine serviced set setting several severe shaft shake shakes shaking shape sharp shift shifter shifting shifts shock shocks short shot should shoulder show showed showing shown shows shudder shut shuts side sides signals similar simple simply since single sit sits sitting situation slack slide slightly slip slipping slow slower slowly small smell smells smoke smoking smooth soft solenoid solid some someone something sometimes soon sort sound sounded sounding sounds source south space spare spark speaker spec special specific specs speed speeds spent spin spit split spoke spots spray spring springs squeak squeal squealing squeals stage stall stalled stalling stalls stand standing star started starter starting stated station stay stayed stays steady steam steel steer steering step steps stereo stick sticking stiff stock stood stopped stopping stops stored straight strange strap strip stripped strong struggle strut struts stuck stuff stumble sudden suddenly suggest suppose supposed surface surge surges surging suspect suspension sweet symptom symptoms synthetic systems table taken takes taking tank tap tape technician temperature tension tensioner terminal terminals test tested tester testing tests than their theirs themselves thermostat thick thin thing things think thinking thinks thick though thought threw throttle throw throwing throws thursday tie tight tighten tightened till time times timing tip today toe told took tool tools top total touch touched touching tough toward town traction traffic transfer transmission trans travel tread tried trip truck true trust try trying tuesday turbo turn turned turning turns twice twist type typical typically underneath understand unit unless unlock unplug unplugged until upload upper upstream usual usually vacuum valve valves vehicle very vibrate vibrates vibrating vibration video volume waited walk wall wants warm warmed warming warning wash washer wasnt watch water ways weak wear wearing weather wednesday week weird went wet what when whenever whether which while whine whining whistle white who whole why wide will winter wipe wiper wipers wire wires wiring wish with within wonder wondering wood word wore work worked working works worn worry worse worst worth would wouldnt wrench wrong year yellow yesterday yet young yourself
el la los las un una de del que y en con por para cuando donde como pero muy más ya le lo se si al hay está este esta eso bien mal coche carro auto motor frenos frío caliente ruido aceite cambio cambiar revisa reviso arranca
le les des et que qui pour dans avec sur pas quand je il elle ce cette au aux du mais plus très fait faire voiture moteur bruit frein huile
der die das und ist nicht mit von zu den dem ein eine auf wenn ich es auch noch nur aber sehr motor bremse oel geräusch
il lo gli che di da per con non ma anche molto macchina auto motore rumore freno olio
 as um uma e do da em não mas muito carro motor barulho freio óleo quando
gaadi gadi engine ka ki ko hai hain nahi kya kar ho raha rahi rahe gaya gayi se mein aur bhi to toh wala abhi phir jab
');

-- One slip of the keyboard away: a letter left out, doubled, or exchanged with the next. Not of short words,
-- and never where the slip makes another word.
insert into app.filter_words (word, reading, misspelt)
select distinct on (slip.word) slip.word, w.reading, true
from app.filter_words as w
cross join lateral (
    select overlay(w.word placing reverse(substr(w.word, n, 2)) from n for 2)
    from generate_series(case when length(w.word) > 4 then 1 else 2 end, length(w.word) - 1) as n
    union all
    select overlay(w.word placing substr(w.word, n, 1) || substr(w.word, n, 1) from n for 1)
    from generate_series(1, length(w.word)) as n
    union all
    select overlay(w.word placing '' from n for 1)
    from generate_series(2, length(w.word)) as n
    where length(w.word) > 5 or (length(w.word) = 5 and w.reading !~ '^[z0-9]')
) as slip (word)
where w.word ~ '^[a-z]{4,}$'
    and w.reading !~ '^[zKntyMYIRW]$'
order by slip.word, w.reading, w.word
on conflict do nothing;

drop function pg_temp.learn(text, text);

analyze app.filter_words;
