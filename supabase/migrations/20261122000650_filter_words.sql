-- What the contact filter knows of words: each has one reading, in any language that our users write.
--
-- A message is read as a short string, a letter for each word and a figure for each digit, and judged on
-- that string. Nothing here is taken from a message of the corpus: these are single words.

create table app.filter_versions (
    version smallint primary key
        constraint version_is_positive check (version > 0),
    summary text not null
        constraint summary_is_short check (octet_length(summary) between 1 and 500),
    added_at timestamptz not null default app.current_instant()
);
comment on table app.filter_versions is
    'Versions of the words below and of app.filter_weights. A new one is a whole copy with its changes, loaded by a migration, compared with '
    'the live one by make replay-policy VERSION=n, and live when app.settings says so.';
comment on column app.filter_versions.summary is 'What is different from the version before.';
insert into app.filter_versions (version, summary) values (1, 'The first.');

alter table app.settings add column filter_version smallint not null default 1
    constraint filter_version_is_there references app.filter_versions (version);
comment on column app.settings.filter_version is 'The version of app.filter_words that messages are read by.';

create table app.filter_words (
    version smallint not null default 1 references app.filter_versions (version),
    word text collate "C" not null
        constraint word_is_folded check (word = lower(word)),
    reading text collate "C" not null
        constraint reading_is_short check (reading ~ '^(?:[0-9A-Za-z]{1,2}|[^0-9A-Za-z])$'),
    misspelt boolean not null default false,
    primary key (version, word)
);
comment on table app.filter_words is
    'Words, and what stands between two words, with what they stand for in a reading; app.read_text explains it.';
comment on column app.filter_words.misspelt is 'One slip of the keyboard away from a word that is here.';
-- A look into it takes two thirds of one into the key: a version that no session has in memory takes one a word.
create index filter_words_by_hash on app.filter_words using hash (word);

-- What the filter finds: a place in a text, or in one that was read before it.
create type app.finding as (
    piece integer,
    kind text,
    first_character integer,
    last_character integer,
    confidence real,
    reason text,
    model_version smallint
);

insert into app.filter_words (word, reading)
select distinct on (g.gap) g.gap, g.reading
from (
    -- one sign, on its own or with spaces about it
    select concat(before.side, s.sign, after.side) as gap, s.sign as reading, 2 as rank
    from string_to_table('. - / , : ( ) * _ | + # = @ & '' % $', ' ') as s (sign)
    cross join (values (''), (' ')) as before (side)
    cross join (values (''), (' ')) as after (side)
    union all
    select g.gap, g.reading, 1 as rank
    from (
        values
        ('  ', ' '), (E'\t', ' '), ('   ', ' '),
        -- the end of a sentence, or of a line
        ('. ', ';'), ('! ', ';'), ('? ', ';'), ('!', ';'), ('?', ';'), ('...', '"'), ('... ', ';'), ('.. ', '"'),
        ('..', '"'), (' ... ', ';'), ('!! ', ';'), ('!!', ';'), ('?? ', ';'), (';', ';'), ('; ', ';'), (E'\n', '?'),
        (E'\n ', '?'), (E'.\n', ';'), (E',\n', '?'), (' ?', ';'), (' ? ', ';'), (' !', ';'), (' ! ', ';'),
        -- an account's name, a sum
        (' @', '^'), (':@', '^'), (': @', '^'), ('(@', '^'), (' (@', '^'), (', @', '^'), ('@', '@'), (' $', '$'),
        -- a comma in a sentence, not in a number
        (', ', '<'), (' , ', '<'),
        ('€', '$'), (' €', '$'), ('€ ', '%'), (' € ', '%'), ('£', '$'), (' £', '$'), ('£ ', '%'), (' £ ', '%'),
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

-- Words without accents, as folding leaves them.
insert into app.filter_words (word, reading)
select w.word, l.reading
from (
    values
    -- Digits, in the languages of our users as they are typed
    ('0', 'zero null nul cero sifar sifr sifir shunya shoonya zilch nil ноль нуль صفر शून्य nol ling orez sifuri noll nolla nula μηδεν'),
    ('1', 'one uno une eins een jeden один bir ek aik واحد एक satu isa mot ichi eno yksi jedna unu ενα ett'),
    ('2', 'twee two dos deux dois zwei zwo dwa два iki اثنان اثنين दो dua dalawa owt mbili tva kaksi doi δυο'),
    ('3', 'three tres trois drei drie tre trzy три uc teen ثلاثة तीन tiga tatlo eerht tatu kolme trei τρια'),
    ('4', 'four cuatro quatre quatro quattro vier cztery четыре dort chaar اربعة أربعة चार empat apat ruof nne fyra nelja ctyri patru τεσσερα'),
    ('5', 'fiver five cinco cinq cinque funf fuenf vijf piec пять bes paanch panch خمسة पांच पाँच lima fife evif tano viisi cinci πεντε'),
    ('6', 'six seis sei sechs zes szesc шесть alti cheh chhe chay chhah ستة छह छः enam anim meia xis sita kuusi sest sase εξι'),
    ('7', 'seven siete sept sete sette sieben siedem семь yedi saat سبعة सात tujuh pito zeven neves saba sju syv seitseman sedm sapte επτα'),
    ('8', 'eight ocho huit oito otto acht osiem восемь sekiz aath aat ثمانية आठ delapan walo hachi thgie nane atta otte kahdeksan osm opt οκτω'),
    ('9', 'nine nueve neuf nove neun negen dziewiec девять dokuz nau تسعة नौ sembilan siyam niner enin tisa nio yhdeksan devet noua εννια'),
    ('10', 'ten diez dix dez zehn dieci'),
    ('11', 'eleven onze elf undici'),
    ('12', 'twelve doce douze doze zwolf dodici'),
    ('13', 'thirteen trece treize treze'),
    ('14', 'fourteen catorce quatorze'),
    ('15', 'fifteen quince quinze'),
    ('16', 'sixteen dieciseis seize'),
    ('17', 'seventeen diecisiete'),
    ('18', 'eighteen dieciocho'),
    ('19', 'nineteen diecinueve'),
    -- three fives
    ('0z', 'zeros zeroes'), ('1z', 'ones'), ('2z', 'twos'), ('3z', 'threes'), ('4z', 'fours'), ('5z', 'fives'), ('6z', 'sixes'),
    ('7z', 'sevens'), ('8z', 'eights'), ('9z', 'nines'),
    -- twenty to ninety; a hundred; double and triple
    ('2e', 'twenty veinte vingt vinte zwanzig venti yirmi двадцать'),
    ('3e', 'thirty treinta trente trinta dreissig trenta otuz тридцать'),
    ('4e', 'forty fourty cuarenta quarante quarenta vierzig quaranta kirk сорок'),
    ('5e', 'fifty cincuenta cinquante cinquenta funfzig cinquanta elli пятьдесят'),
    ('6e', 'sixty sesenta soixante sessenta sechzig sessanta altmis шестьдесят'),
    ('7e', 'seventy setenta septante siebzig settanta yetmis семьдесят'),
    ('8e', 'eighty ochenta octante oitenta achtzig ottanta seksen восемьдесят'),
    ('9e', 'ninety noventa nonante neunzig novanta doksan девяносто'),
    -- two hundred to nine hundred in one word
    ('2c', 'doscientos двести duzentos duecento zweihundert tweehonderd'),
    ('3c', 'trescientos триста trezentos trecento dreihundert driehonderd'),
    ('4c', 'cuatrocientos четыреста quatrocentos quattrocento vierhundert vierhonderd'),
    ('5c', 'quinientos пятьсот quinhentos cinquecento funfhundert vijfhonderd'),
    ('6c', 'seiscientos шестьсот seiscentos seicento sechshundert zeshonderd'),
    ('7c', 'setecientos семьсот setecentos settecento siebenhundert zevenhonderd'),
    ('8c', 'ochocientos восемьсот oitocentos ottocento achthundert achthonderd'),
    ('9c', 'novecientos девятьсот novecentos novecento neunhundert negenhonderd'),
    ('c', 'yuz hundred hundert cientos cent'),
    ('d', 'double doble dobles dubbel doppel'),
    ('f', 'triple treble tripple'),
    -- a digit by its sound, or in a language where it is one: only between digits
    ('t', '
        zip tree
        to too tu for fore won wun sicks sex nein char do due um un dva tri pyat ba bon nam tam chin
        hau yi er liu qi jiu ni shi go roku nana kyu'),
    -- oh
    ('o', 'oh owe ate'),
    -- to send, to write, to move on
    ('mz', '
        send sending sendin forward drop shoot write writing talk talking chat speak discuss message
        messages msg mssg msgs messaging exchange reply switch move continue take shift jump hop hand
        escribe escribir hablar hablamos hablemos manda mandame envia enviame mande ecrivez ecris ecrire
        envoie envoyez envoyer parler parlons schreib schreibe schreiben scrivi scrivere mensagem mensaje
        mensajes escreva fale falar falamos bhej bhejo bhejna bhejdo yaz yazin pisz accept accepts
        accepting speaking talked chatting discussing klaren klar besprechen sprechen reden telefonare
        sentirci parlarne спишемся списаться напишем созвонимся переписываться نتكلم تكلم راسلوني yazismak
        konusmak konuselim napisac pogadac pogadajmy gadamy samjha samjhata samjhaunga konusalim'),
    -- mail
    ('E', '
        info infos email emails emailed mail mails emailing correo correos courriel posta eposta почта
        почту почте имеил بريد ايميل gmailid mailid address'),
    -- services where one searches
    ('Bz', 'youtube yelp reddit craigslist nextdoor tumblr'),
    -- a whole invitation, or who is to be left out
    ('i', '
        middleman middlemen intermediario intermediaire hmu callme textme txtme ringme dmme pmme msgme
        llamame llameme llamenme marcame marqueme escribeme escribame texteame mensajeame whatsappeame
        contactame pasame pagame paguenme chiamami scrivimi telefonami contattami позвони звони позвоните
        набери перезвони напиши напишите пиши пишите ara arayin mesajat zadzwon napisz anrufen ruf رسلني
        اتصل كلمني راسلني callmeat zadzwoni zadzwoncie dzwon dzwoncie набираи звоните richiamami
        richiamatemi llamadme anrufst'),
    -- is
    ('y', 'its hai hain is are be am was were est ist esta equals'),
    -- to give, to have, what is
    ('v', '
        whats karo karna kijiye kardo karein sharing giving paso doy podaj mind le give gimme get have got
        gotta share swap using wats wuts what whatre wheres where tell slide pass dame deme dime pasa pase
        comparte tienes tiene tenes cual donde avez donnez donne quel quelle ou hast haben gib geben gebt
        sag da passa tem tens qual onde dammi dove daj masz jaki gdzie даи даите есть какои какая где
        скинь скиньте ver verir bata batao dedo dena dijiye dijiyega pasas pasarme darme damelo tienen
        dammelo daresti mandi dacci عطني اعطني ابعت ارسل atar atsana podasz dasz verirmisin skazhesh
        подскажи скажи offering yazar تعطيني'),
    -- to meet, to come
    ('V', '
        link meet meetup rendezvous come comin coming visit swing stop pop bring tow stopby comeby swingby
        nosvemos vernos vemos verme encontrarnos quedamos ven venga vengan viens venez passez passe
        rencontrer rencontrons voir treffen triff komm kommen komme vorbei venire vieni incontriamoci
        vediamoci encontrar encontramos vir vem venha milo milna milte mil aao aaja aa aana ao встретимся
        встретиться приезжаи приезжаите приходи подъезжаи bulusalim gel gelin spotkajmy spotkac przyjedz
        vediamo passer passerai passo rejoindre kommt vorbeikommen vorbeikomm besuchen besuche przyjechac
        przyjade wpadne gelirim gelebilirim acercarme acerco vente aaunga aaoge zajedz'),
    -- the platform
    ('L', '
        lappli lapplication app apps platform platforms site website websites appli application aplicacion
        aplicativo plataforma plateforme plattform piattaforma platforma приложение приложения приложении
        платформы uygulama uygulamanin session sessions booking bookings fee fees commission comision
        commissione provision gebuhr komisyon'),
    -- to find an account
    ('a', '
        chave
        name adding follow find search look lookup username user usrname handle profile account acct nick
        nickname screenname id tag cashtag under page channel dms inbox googling subscribe agrega
        agregame anade buscame busca sigueme usuario perfil cuenta ajoute ajoutez cherche cherchez trouve
        retrouvez suivez compte pseudo adde folge such suche suchen profil cerca cercami aggiungi seguimi
        procura procure adiciona adicione segue dhoondo ekle bul szukaj znajdz dodaj наиди добавь добавьте
        ник maps add'),
    -- outside, without
    ('O', '
        leave leaving outside off skip skipping bypass bypassing ditch forget avoid avoiding without dodge
        fuera dehors hors auserhalb ausserhalb ohne sans sin fuori senza fora sem bahar bina poza bez мимо
        вне без disinda olmadan buiten zonder evitar eviter saltarnos around'),
    -- words of every day: what is in no list is likely a name
    ('z', '
        fine between gaps rings
        came
        need needs use want wants trade theres heres lamar main de la hows said hidden froze freezes
        crashed loads plays mutes reads shows drops connects works marketplace reel reels group groups
        post posts forum forums ad ads story guy video videos button screen drain plug media able about
        above accident actually again age ago air alarm all almost alone along already also alternator
        always among amount angle another answer any anybody anymore anyone anything anyway anywhere
        appears ask asked asking attach auto automatic away axle back bad balance ball base basic
        basically battery bearing because become bed been before being believe below bent besides
        beyond big bill bit black blade bleed blew block blocked blow blower blown blue body book boot
        both bottom bought bouncing bracket brake brakes brand break breaker broke broken brought brown
        bumper burned burning burnt bushing buy buying cable caliper calipers cam camshaft can cap car
        carbon care careful carefully carry catalytic caught cause caused causes causing center certain
        certainly chain chance change changed changes changing charge charged charger charging cheap check
        checked checking child choose civic clamp clean cleaned cleaner cleaning clear cleared clearly
        click clicking clicks climb clip clock clunk clunking clutch coil coils cold color column common
        completely computer condition connected connection connector consider control converter cooling
        copy corner correct corroded cost costs could count couple course cover crack cracked crank
        cranked cranking cranks crankshaft creak cruise cts current currently customer cv cycle damage
        damaged damp dark dashboard date day dead deal dealt death decide deep definitely delay
        depends described did diesel difference different differential difficult dim dip dipstick dirty
        disc disconnect disconnected display distance distributor does doesnt doing done doors doubt down
        drained dripping driven driver drivers drives driving dropped drove dry dtcs dual dull dump during
        dust duty each earlier early easily easy edge edges egr either electric electrical electronic else
        emissions empty engine engines enough entire error especially etc evap even evenly ever
        every everybody everyone everything exact exactly except exhaust expect expensive
        experience explain extra eye eyes factory fail failed failing fails fairly fall fan far fast fault
        feel feeling feels feet felt fender few fifth figure fill filled filter filters finally
        finger fire fit fits fix fixed fixing flash flashes flashing flat flow fluid flush fob focus foot
        force found frame free freeze freezing fresh friday from front frozen fuel full fully fun further
        future gas gasket gaskets gauge gear gears general generally generator gets getting glass glovebox
        glow goes going gone good grease green grind grinding grinds ground grounding guess guide had
        happen happened happening happens happy hard harness has hasnt havent having hazard head header
        headlight headlights heads hear heard hearing heat heated heater heavy held help helped helpful
        helps her high higher himself his history holding holds hole hood hook hope hopefully horn hose
        hoses hot how however huge hub hybrid hydraulic ice idea idle idles idling ignition imagine
        immediately important in inside install installed intake intermittent into issue issues items
        itself jack jerk jerks job jobs joint joints july june just keep keeping keeps kept key keyless
        keys kick kill kind knew knob knock knocking knocks know known knows large lately launch leak
        leaked leaking leaks lean learn least leather left leg length less letter level lever lift light
        lighter lights like likely limit limp little loaded lock locked locks long longer looked looking
        looks loose lose losing loss lost loud love low lower lucky lug machine made maf maintenance major
        make makes making manifold manual many map march mark marked marks master match math matter
        matters maximum may maybe mean means measure measured mechanic mechanical medium mention mentioned
        metal meter meters might mild minor miss missed misfire misfires misfiring missing mode moment
        monday month more morning most mostly motor mount mounts mouth moved moves moving much muffler
        must nearly necessary neck needed needle neither neutral new news night noise noises normal
        normally note noted notice noticed now nozzle nut o2 obd obvious obviously occasionally odd odor
        often older once only onto open opened opening option options orange ordinary original other
        others otherwise ought overheat overheated overheating overheats own pack pad paid pain pair pan
        panel park parked particular parting passenger past patience pattern peak pedal people perhaps
         pick picked picking pink pipe piston plan plastic play plenty plugged plugs poor popping
        port positive possible possibly power press pressing pretty previous price prices prior probably
        problem problems process proper properly pry pull pulled pulley pulling pulls pump pumps purchase
        purge push pushed put puts question questions quick quickly quiet quit quite quote quoted rack
        radiator radio rail rain ran random range rarely rate rattle rattles rattling read ready real
        realize really rear reason rebuild rebuilt recent recently recommend red reduced refill regular
        regulator related release remember removed removing repair repaired repairs replace replaced
        replacement replacing report request require required rescan reset resting result results return
        rev revs rich ride riding rim risk rod roll rolling roof rotate rough roughly round rub rubber
        rubbing run running runs rust rusted rusty safe safely same save saw say saying scan scanned
        scanner scary scratch screw seal sealed seals seat seats see seem seemed seems seen seized sell
        sense sent separate serious seriously serpentine serviced set setting several severe shaft shake
        shakes shaking shape sharp shifter shifting shifts shock shocks short shot should shoulder show
        showed showing shown shudder shut shuts side sides signals similar simple simply since single sit
        sits sitting situation slack slightly slip slipping slow slower slowly small smell smells smoke
        smoking smooth soft solenoid solid some someone something sometimes soon sort sound sounded
        sounding sounds source south space spare spark speaker spec special specific specs speed speeds
        spent spin spit split spoke spots spray spring springs squeak squeal squealing squeals stage stall
        stalled stalling stalls stand standing star started starter starting stated station stay stayed
        stays steady steam steel steer steering step steps stereo stick sticking stiff stood stopped
        stopping stops stored straight strange strap strip stripped strong struggle strut struts stuck
        stuff stumble sudden suddenly suggest suppose supposed surface surge surges surging suspect
        suspension sweet symptom symptoms synthetic systems table taken takes taking tank tap tape
        technician temperature tension tensioner terminal terminals tested tester testing tests than
        their theirs themselves thermostat thick thin thing things think thinking thinks though thought
        threw throttle throw throwing throws thursday tie tight tighten tightened till time times timing
        tip today toe told took tool tools top total touched touching tough toward town traction traffic
        transfer transmission trans travel tread tried trip truck true trust try trying tuesday turbo turn
        turned turning turns twice twist type typical typically underneath understand unit unless unlock
        unplug unplugged until upload upper upstream usual usually vacuum valve valves vehicle very
        vibrate vibrates vibrating vibration volume waited walk wall warm warmed warming warning wash
        washer wasnt watch water ways weak wear wearing weather wednesday week weird went wet when
        whenever whether which while whine whining whistle white who whole why wide will winter wipe wiper
        wipers wire wires wiring wish within wonder wondering wood word wore work worked working worn
        worry worse worst worth would wouldnt wrench wrong year yellow yesterday yet young yourself el los
        las una que en con para cuando como pero muy mas lo se si hay este eso bien mal coche carro frenos
        frio caliente ruido aceite cambio cambiar revisa reviso arranca les des qui pour dans avec sur
        quand il elle ce cette aux du mais fait faire voiture moteur bruit frein huile der die das mit von
        zu den dem ein eine wenn auch noch nur aber sehr bremse oel gerausch gli che di anche molto
        macchina motore rumore freno olio uma e muito barulho freio oleo quando gaadi gadi ka ki ko kya
        kar ho raha rahi rahe gaya gayi aur bhi toh wala abhi phir jab thread appele appeles scheibe
        scheiben telephoned rang texted called phoned messaged lena phones sometime everytime habit
         ranging'),
    -- articles and the like
    ('n', 'thats or but so if as nor oder of it that this the a these those'),
    -- what explains a number: parts, makers, papers, readings
    ('K', '
        zlecenie القطعة قطعة شاصي seriennr
        sequence
        says box part parts oem pn partno serial sn upc ean barcode vin tracking track ups usps fedex dhl
        order ordered invoice inv receipt ticket ref reference ro claim policy label labels stamped
        superseded supersedes replaces lists plate firmware software version calibration campaign bulletin
        tsb recall firing reading readings data monitors monitor graph odo odometer mileage parcel pieza
        piece recibo facture matricula kennzeichen teilenummer fahrgestellnummer bastidor chasis chassis
        model trim paint build torque torqued gap compression injector cyl cylinder cylinders sensor
        sensors code codes dtc pid fuse fuses relay pin pins voltage resistance pressure temp coolant oil
        tire tires tyre tyres wheel bolt bolts rotor rotors pads belt sku asin isbn catalog catalogue
        acdelco audi bmw bosch brembo delphi denso dorman ford gates gm hella honda hyundai kia lexus
        lincoln mahle mann mazda mercedes mitsubishi mopar moog motorcraft ngk nissan opel porsche
        rockauto sachs skf subaru timken toyota trw valeo volkswagen volvo vw walker wix fram champion
        standard beck arnley febi lemforder pierburg vdo siemens continental aisin akebono kyb bilstein
        monroe gmb interstate optima duralast napa carquest ecu pcm tcm bcm module modules program cal
        confirmation case po bolero fact pedido guia rastreo envio suivi commande seriennummer bestellung
        bestellnummer rechnung sendung trackingnummer chassisnummer fatura siparis заказ артикул деталь
        вин накладная nfe placa immatriculation factura factuur onderdeelnummer onderdeel folio orden
        zamowienie zamowienia faktura reklamacja rechnungsnummer kundennummer auftragsnummer artikelnummer
        teilenr bestellnr expediente docket consignment waybill awb shipment package delivery locker
        transaction txn approval certificate registration licence license permit batch casting hardware hw
        sw bin shelf aisle workorder rma authorization auth membership loyalty incident referencia
        cert certs esn checksum contract inspection asset dispute pallet freight imei meid iccid gtin plu
        coupon voucher skid seguimiento telaio interchange estimate stock
        referencja albaran poliza apolice kundennr vorgangsnummer schadennummer sendungsnummer bestelling
        bestelnummer pakket colis dossier devis sinistre preventivo fattura ordine spedizione pratica
        encomenda przesylka paczka quittung beleg recu ticketnummer tsbs bulletins serials skus bookingid
        orderid podcast folioe rezervasyon reserva reservation reservierung buchung prenotazione
        rezerwacja заявка накладнои квитанция чек бронь'),
    -- to reach
    ('m', '
        erreichen erreichst erreichbar
        active available ahold touch hold responsive reach contact contacts contacting reachable hit ping
        connect contacta contactar contacto contactez contacter joindre melde melden meld kontaktiere
        kontakt contatta contattare chamar chame chama rabta raabta baat связь связаться ulas ulasin
        iletisim kontaktuj'),
    -- to pay
    ('p', '
        settle pay paying payment paypals paga pagar pague pagues pagas pago payez payer paie paye paies
        paiement zahlen zahl zahle bezahlen bezahl bezahle pagami pagate pagare zaplac платить заплати
        заплатите оплата ادفع ode odeme betalen betaal paghi paghiamo acertar acertamos pagarme paguen
        zaplacic bezahlst rembourser'),
    -- where one meets
    ('h', '
        tent
        business company shop garage house home place apartment apt lot driveway door workplace spot
        parking taller casa maison atelier chez wohnung haus werkstatt officina oficina loja dukaan ghar
        warsztat dom dukkan ev гараж дом autozone oreilly walmart starbucks mcdonalds costco'),
    -- your
    ('W', '
        swoj свои свою your ur yours yer tus su sus votre vos ton ta tes dein deine deinen ihre ihren seu
        sua teu tua tuo vostro aapka aapki apka apki apna apni tumhara твои ваш вашу senin sizin twoj jouw
        uw'),
    -- services elsewhere
    ('A', '
        zap sc whatsapp whatsap watsapp wattsapp whatsup wassap wasap guasap wapp wsp telegram telegrm tg
        insta instagram ig instagrm snapchat snapchap skype facebook fbook fb messenger wechat weixin
        viber tiktok tiktik twitter linkedin kik threema wickr kakao kakaotalk imo clubhouse bumble tinder
        offerup googlevoice gvoice ватсап вотсап вацап телеграм телеграмм телега телегу ваибер инстаграм
        واتساب واتس تلجرام انستا انستغرام bluesky mastodon pinterest vk vkontakte weibo qq bbm телеге
        телеграме ваибере ватсапе вотсапе вацапе ватсапп whatsappe whatsappta watsap vatsap вк сигнал
        сигнале whatsapa whatsappie telegramie telegrama'),
    -- pictures
    ('qz', 'photo picture pic image photos pictures pics images background profilepic'),
    -- streets
    ('S', '
        ridge hollow grove heights
        via street st avenue ave av road rd boulevard blvd lane ln parkway pkwy highway hwy freeway fwy
        cir terrace alley calle avenida carrera carretera colonia rue impasse quai strase strasse str
        platz viale piazza corso rua travessa ulica ul улица sokak sokagi caddesi mahallesi gali marg
        nagar crescent mews pike th nd gasse'),
    -- me
    ('M', '
        bana me us moi nous mich mir uns mee mujhe mujhko humko hume mne мне меня нам comigo conmigo migo
        beni bize mnie'),
    -- to call, to text
    ('C', '
        dzwonic dzwonisz dzwoni
        shout voicecalls call ring buzz bell holler text txt texting txting sms facetime imessage phoning
        dm calling ringing llamar llame llama llamo llamas marque marcar appelle appelez appeler rappelle
        rappelez appel ligue liga ligar telefonar chiama chiamate chiamare anruf rufen rufe rufst bel
        bellen zadzwonic telefonieren tawag missedcall videocall voicecall voicemail'),
    -- better, cheaper
    ('b', '
        prefer easier better rather instead faster quicker cheaper simpler best mejor facil plutot mieux
        facile besser lieber einfacher meglio melhor lepiej лучше дешевле daha ucuz half discount
        descuento rabatt sconto desconto remise barato sasta gunstiger taniej'),
    -- I
    ('I', 'ich i im ill ive yo j eu io ja я ben ako'),
    -- we
    ('w', 'lass we lets let weve well wed vamos wir noi мы hum nosotros gehen'),
    -- a telephone and its number
    ('N', '
        whatsappnummer telefone phone number numbers num cell cellphone cellular mobile mob tel telephone
        fone fon digits landline hotline handset numero numeros celular celulares cel cels telefono movil
        portable fixe joignable telefoon nummer nr handy rufnummer telefonnummer handynummer numer telefon
        komorka telefonu телефон телефону номер номеру номера мобильныи тел رقم رقمي هاتف جوال تليفون
        numara numaram numarani cepte mobil fono area bereikbaar mobilnummer نمرتك جوالك هاتفك نمره
        numaraniz numeri cellulare telefonino telefonnumer whatsappnumarani رقمك'),
    -- how to read a riddle
    ('k', '
         picks answers decroche sonne klingelt mensch human dialer dialler dialpad keypads thumb thumbs
        backward backwards reverse reversed reversing flip flipped mirror mirrored inverted decode decoded
        cipher base64 morse binary rot13 caesar keypad spelled spell disguise disguised wink
        secret puzzle riddle unscramble scramble spaces dashes digit alreves inverso envers ruckwarts
        rueckwaerts contrario odwrotnie наоборот tersten ulta'),
    -- hosts of mail
    ('G', '
        google
        gmail googlemail yahoo ymail hotmail outlook icloud aol proton protonmail gmx live msn yandex zoho
        tutanota fastmail rediffmail comcast verizon hey webde'),
    -- services that are also a word
    ('B', 'signal snap line zoom discord teams meta duo meets hangouts threads hangout groupme'),
    -- services of payment
    ('P', '
        venmo zelle cashapp cashap paypal paypall revolut bizum upi gpay phonepe paytm pix swish mpesa
        monzo chime iban swift interac etransfer alipay wechatpay crypto bitcoin btc usdt ethereum
        westernunion moneygram mercadopago nequi yape oxxo spei clabe easypaisa jazzcash bkash gcash vipps
        mobilepay twint blik payoneer'),
    -- cash
    ('Q', '
        cash cashmoney efectivo liquide especes bargeld contanti dinheiro naqd naqad paise paisa gotowka
        наличные наличными наличка نقدا nakit numerario dinero'),
    -- my
    ('R', '
        my our mine mi mis meu minha mon ma mes mein meine meiner meinem mio mia mera meri mere hamara moj
        moja moje мои моя мое мою benim mijn nosso nossa nuestro nuestra notre nos'),
    -- you
    ('Y', '
        you u ya yall youre usted te vous dich dir ihr sie ihnen voce vc ti aap aapko tum tumhe apko вам
        вас тебе тебя seni sana size cie ci tobie je jou'),
    -- directly
    ('J', '
        direct directly directo directa directamente directement direkt direkte direto diretamente
        direttamente private privately privado privada prive privat personally offline offapp privatim
        напрямую лично dogrudan seedha seedhe bezposrednio ourselves'),
    -- here
    ('H', 'here herein aqui ici hier yahan yahin сюда тут здесь burada tutaj'),
    -- when one meets
    ('r', '
        tomorrow tmrw tonight saturday sunday weekend person persona personne manana demain morgen domani
        amanha kal jutro завтра yarin face'),
    -- by, over, on
    ('g', '
        over by on through thru with por par per uber ueber auf an pe pr по в на em ke uzerinden al del
        bei beim'),
    -- what may show a contact
    ('q', 'qr card sticker lid logo sign watermark tattoo shirt banner'),
    -- dot
    ('D', '
        dash hyphen minus strich trattino traco тире myslnik
        period
        dot punto point ponto punkt kropka tochka nokta точка نقطة punt underscore tiret guion unterstrich
        underline'),
    -- at
    ('j', 'apenstaartje apestaart at arroba arobase chiocciola klammeraffe affe malpa sobaka собака собачка kuyruklu apestaartje'),
    -- endings of names in the network
    ('T', '
        example test ру ком орг рф
        com net org biz edu gov co dev xyz mobi ly gl gd gg uk ca mx pk au br fr es pt ru tr nl pl autos
        online store tech pro club cars'),
    -- streets that are also what one does with a car
    ('Sz', 'drive dr court ct way circle square sq plaza row trail loop allee weg'),
    -- and
    ('nz', 'and und et y oraz ve'),
    -- units
    ('U', '
        km kms miles mile kilometers psi kpa bar bars nm v mv kv volts volt ohm ohms kohm kohms rpm mm cm
        inch inches ft lb lbs ftlb ftlbs inlbs hz khz mhz ms amp amps w watts kw hp cc ml liters litres
        liter quart quarts qt qts gal gallons gallon degrees degree deg celsius fahrenheit percent pct
        bucks dollars usd eur cad gbp euros euro pesos rupees rs hrs hours hour hr minutes mins minute sec
        seconds days weeks months years yrs k kmh kph mph grams kg oz cca ah mah'),
    -- third parties
    ('X', '
        adac oamtc anwb
        dealer dealers dealership roadside insurance insurer 911 police manufacturer support husband wife
        son daughter mom dad brother sister friend friends family neighbor neighbour kid kids boss towing
        assistance aaa adjuster service seller owner shops mechanics grua seguro depanneur concessionnaire
        concesionario werkstatten they them he she him dmv bank warranty manager advisor coworker
        colleague uncle aunt nephew cousin grandpa grandma roommate landlord operator lawyer agent broker
        clerk customers client clients somebodys hermano hermana esposa esposo marido vecino hijo frere
        mari femme voisin collegue bruder nachbar vater mutter freund schwester marito moglie fratello
        irmao irma vizinho zona maz brat sasiad kolega муж жена брат сосед друг мастер kardes esim komsu
        technicians dispatcher salesman salesperson'),
    -- refusing
    ('F', '
        not cant cannot dont wont didnt isnt arent shouldnt couldnt never refuse allowed rules against
        нельзя nahi nahin mat nicht kein keine nie nunca pas jamais non nao degil yok nothing'),
    -- a piece of something
    ('l', '
        finishes finishing finish finir vorne hinten comincia bastaki ortasi sonu indicatif vorwahl prefisso prefijo dazwischen ensuite poi commencer mitte milieu
        middles lasts firsts last middle then first next ends end starts start begin begins beginning rest followed remaining
        final second third prefix suffix after plus luego despues primero ultimo puis dann
        zuerst zuletzt fir empieza empiezan comienza termina terminan acaba commence finit faengt beginnt
        endet inizia finisce comeca baslar biter'),
    -- together, near
    ('u', 'up together out somewhere nearby local close near'),
    -- to dial: what follows or precedes is a number
    ('Ck', 'dial dialing dialling'),
    -- what one calls oneself: call me crazy
    ('uz', '
        old
        crazy paranoid picky nuts silly lazy stupid dumb naive cynical stubborn superstitious ignorant
        nosy impatient fussy clueless cautious anal petty spoiled biased sceptical skeptical'),
    -- where a place is, seen from another
    ('gz', '
        behind opposite beside across gegenuber neben hinter derriere detras frente peeche pichhe bagal
        naprzeciwko naprzeciw obok karsisinda arkasinda dietro accanto напротив рядом за'),
    -- chatter
    ('Z', '
        ok okay yep yes yeah yea nope no hmm hm lol haha thanks thank thx ty cool great nice sure sorry hi
        hello hang wait waiting still there gotcha understood right alright perfect awesome np bro mate
        buddy sir bhai amigo pls please plz btw gracias merci danke grazie obrigado')
) as l (reading, words)
cross join lateral regexp_split_to_table(btrim(l.words, E' \n'), '\s+') as w (word);

-- einundzwanzig, eenentwintig, veintiuno, ventuno: two digits in one word
insert into app.filter_words (word, reading)
select c.word, c.reading
from (
    select o.word || 'und' || t.word as word, t.digit || o.digit as reading
    from (values ('ein', '1'), ('zwei', '2'), ('drei', '3'), ('vier', '4'), ('funf', '5'), ('sechs', '6'), ('sieben', '7'),
        ('acht', '8'), ('neun', '9')) as o (word, digit)
    cross join (values ('zwanzig', '2'), ('dreissig', '3'), ('vierzig', '4'), ('funfzig', '5'), ('sechzig', '6'),
        ('siebzig', '7'), ('achtzig', '8'), ('neunzig', '9')) as t (word, digit)
    union all
    select o.word || 'en' || t.word, t.digit || o.digit
    from (values ('een', '1'), ('twee', '2'), ('drie', '3'), ('vier', '4'), ('vijf', '5'), ('zes', '6'), ('zeven', '7'),
        ('acht', '8'), ('negen', '9')) as o (word, digit)
    cross join (values ('twintig', '2'), ('dertig', '3'), ('veertig', '4'), ('vijftig', '5'), ('zestig', '6'),
        ('zeventig', '7'), ('tachtig', '8'), ('negentig', '9')) as t (word, digit)
    union all
    select 'veinti' || o.word, '2' || o.digit
    from (values ('uno', '1'), ('dos', '2'), ('tres', '3'), ('cuatro', '4'), ('cinco', '5'), ('seis', '6'), ('siete', '7'),
        ('ocho', '8'), ('nueve', '9')) as o (word, digit)
    union all
    select case when o.word in ('uno', 'otto') then left(t.word, -1) else t.word end || o.word, t.digit || o.digit
    from (values ('uno', '1'), ('due', '2'), ('tre', '3'), ('quattro', '4'), ('cinque', '5'), ('sei', '6'), ('sette', '7'),
        ('otto', '8'), ('nove', '9')) as o (word, digit)
    cross join (values ('venti', '2'), ('trenta', '3'), ('quaranta', '4'), ('cinquanta', '5'), ('sessanta', '6'),
        ('settanta', '7'), ('ottanta', '8'), ('novanta', '9')) as t (word, digit)
) as c
on conflict do nothing;

-- One slip of the keyboard away: a letter exchanged with the next, doubled, or left out. Not of short words, and
-- never where the slip makes another word.
insert into app.filter_words (word, reading, misspelt)
select distinct on (slip.word) slip.word, w.reading, true as misspelt
from app.filter_words as w
cross join lateral generate_series(1, length(w.word)) as n (place)
cross join lateral (
    values
    (left(w.word, n.place - 1) || reverse(substr(w.word, n.place, 2)) || substr(w.word, n.place + 2), 1),
    (left(w.word, n.place) || substr(w.word, n.place), 2),
    (left(w.word, n.place - 1) || substr(w.word, n.place + 1), 3)
) as slip (word, sort)
where w.word ~ '^[a-z]{4,}$'
    and w.reading !~ '^(?:[zKntyMYIRW]|[ug]z)$'
    and case slip.sort
        when 1 then n.place >= case when length(w.word) <= 4 then 2 else 1 end
        when 2 then true
        else n.place > 1 and (length(w.word) > 5 or (length(w.word) = 5 and w.reading !~ '^[0-9]'))
    end
order by slip.word, w.reading, w.word
on conflict do nothing;

-- a later version names itself
alter table app.filter_words alter column version drop default;

analyze app.filter_words;
