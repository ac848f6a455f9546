-- What does the contact filter hide?

begin;
select plan(214);

-- Contact details, and nothing else of the message

select is(m.delivered, d.delivered, d.typed)
from (
    values
    ('call me 415-555-2671', 'call me [phone hidden]'),
    ('I''m on (415) 555-2671, till 6', 'I''m on [phone hidden], till 6'),
    ('415.555.2671', '[phone hidden]'),
    ('4155552671 any time', '[phone hidden] any time'),
    ('call 555-0199', 'call [phone hidden]'),
    ('+1 (415) 555-2671 is me', '[phone hidden] is me'),
    ('415-555-2671x12', '[phone hidden]x12'),
    ('+44 7700 900411 or +49 151 23456789', '[phone hidden] or [phone hidden]'),
    ('07700 900411', '[phone hidden]'),
    ('mon portable: 06 39 98 91 27', 'mon portable: [phone hidden]'),
    ('+91 98765 43210 / +92 344 7949877', '[phone hidden] / [phone hidden]'),
    ('Márcame al 55 5281 2981', 'Márcame al [phone hidden]'),
    ('4 1 5 5 5 5 2 6 7 1 no spaces', '[phone hidden] no spaces'),
    ('4-1-5-5-5-5-2-6-7-1', '[phone hidden]'),
    ('415 | 555 | 2671', '[phone hidden]'),
    ('four one five, five five five, two six seven one', '[phone hidden]'),
    ('odometer 4.1.5.5.5.5.2.6.7.1', 'odometer [phone hidden]'),
    ('it is four 1 five 555 two6seven1', 'it is [phone hidden]'),
    ('llama al cuatro uno cinco cinco cinco cinco dos seis siete uno', 'llama al [phone hidden]'),
    ('mail jo.smith+cars@mail.example.co.uk please', 'mail [email hidden] please'),
    ('jo @ example.com', '[email hidden]'),
    ('it is jo.smith@gmail', 'it is [email hidden]'),
    ('jo (at) example (dot) com', '[email hidden]'),
    ('jo at example dot com', '[email hidden]'),
    ('mi correo es jo arroba example punto com', 'mi correo es [email hidden]'),
    ('j o @ e x a m p l e . c o m', '[email hidden]'),
    ('jo_fix at gmail', '[handle hidden]'),
    ('see https://example.com/book?id=1, ok?', 'see [link hidden], ok?'),
    ('www.example.garage and wa.me/14155552671', '[link hidden] and [link hidden]'),
    ('joscarcare.net has my prices', '[link hidden] has my prices'),
    ('FOUR ONE FIVE... FIVE FIVE FIVE... TWO SIX SEVEN ONE, call', '[phone hidden], call'),
    ('fouroneFIVE fiveFIVEfive twoSIX sevenONE', '[phone hidden]'),
    ('eno neves xis owt evif evif evif evif eno ruof', '[phone hidden]'),
    ('nelja yksi viisi viisi viisi viisi kaksi kuusi seitseman yksi', '[phone hidden]'),
    ('....- .---- ..... ..... ..... ..... ..--- -.... --... .----', '[phone hidden]'),
    ('AB-415-555-2671-X, skip the letters', '[phone hidden], skip the letters'),
    ('j-o at e-x-a-m-p-l-e dot c-o-m', '[email hidden]'),
    ('jo AT example D0T com', '[email hidden]'),
    ('paper plane: jo_fixes', 'paper plane: [handle hidden]'),
    ('at 2207 N. Sycamore Ave', 'at [address hidden]'),
    ('we are on the corner of Dunmore and 9th', 'we are on the [address hidden]'),
    ('t.me/+joFixes', '[link hidden]'),
    ('bit.ly/3xYz', '[link hidden]'),
    ('www dot joscarcare dot org', '[link hidden]'),
    ('follow @jo.carcare', 'follow [handle hidden]'),
    ('ig: jofixes', 'ig: [handle hidden]'),
    ('my insta is jofixes', 'my insta is [handle hidden]'),
    ('add me on telegram jo_fixes', 'add me on telegram [handle hidden]'),
    ('add bench_bob on tg, I''ll send the trace live', 'add [handle hidden], I''ll send the trace live'),
    ('send it to $jofixes', 'send it to [handle hidden]'),
    ('shop is at 1234 Elm Street, blue door', 'shop is at [address hidden], blue door'),
    ('27 Kingsway, B11 2LE', '[address hidden]'),
    ('pin is 868R6FCP+CW', 'pin is [address hidden]'),
    ('call 415-555-2671 or jo@example.com', 'call [phone hidden] or [email hidden]')
) as d (typed, delivered)
cross join lateral app.mask_contacts(d.typed) as m;

-- However they are drawn: other digits, look-alike letters, invisible characters

select is(m.delivered, d.delivered, d.title)
from (
    values
    ('call ４１５ ５５５ ２６７１!', 'call [phone hidden]!', 'wide digits'),
    ('④①⑤⑤⑤⑤②⑥⑦①', '[phone hidden]', 'digits in circles'),
    ('⁴¹⁵-⁵⁵⁵-²⁶⁷¹', '[phone hidden]', 'raised digits'),
    ('𝟒𝟏𝟓 𝟓𝟓𝟓 𝟐𝟔𝟕𝟏', '[phone hidden]', 'mathematical digits'),
    ('४१५५५५२६७१ / ٤١٥٥٥٥٢٦٧١', '[phone hidden] / [phone hidden]', 'digits of other scripts'),
    (
        U&'4\FE0F\20E31\FE0F\20E35\FE0F\20E35\FE0F\20E35\FE0F\20E35\FE0F\20E3'
        '2\FE0F\20E36\FE0F\20E37\FE0F\20E31\FE0F\20E3 \+01F527',
        U&'[phone hidden] \+01F527', 'digits on keys'
    ),
    (U&'on 4\200B1\200B5\200B5\200B5\200B5\200B2\200B6\200B7\200B1.', 'on [phone hidden].', 'joined unseen'),
    (U&'jo\200B@\200Bexample\200B.com', '[email hidden]', 'an address joined unseen'),
    (U&'\0458\043E@\0435xam\0440le.c\043Em', '[email hidden]', 'Cyrillic letters that look Latin'),
    (U&'caf\00E9 415\2013555\20132671 \00E9t\00E9', U&'caf\00E9 [phone hidden] \00E9t\00E9', 'long dashes')
) as d (typed, delivered, title)
cross join lateral app.mask_contacts(d.typed) as m;

-- What a car conversation needs passes as it is

select is(m.delivered, typed, typed)
from unnest(
    array[
        'BMW 11427953129', 'Bosch 0986494524', 'is 0 258 006 537 the same as 68191349AC?',
        'Your refund has case id 864-555-0131', 'The smog cert # is 408 555 0170',
        'Toyota 90915-10003 or 04465-33471', 'A 204 421 25 12', 'OEM part number is 34 11 6 860 242',
        'the label reads 5120265212', 'upc on the box 312406678431', 'Denso 234-4169',
        'vin 1HGCM82633A004352', 'WBAAA1234XYZ56789', 'P0300, P0420 and U0100', 'tyre 225/45R17 94W',
        'LT265/70R17', '$1,250.00', 'between $1,250.00 and $2,367.19', 'part is $330, labor $1,900',
        '120,000 miles', '89,849 mi, bought at 72,156', '2026-11-22', 'on 4/21/2023 09:35',
        'battery dated 22.05.2020', '85 Nm, then 90 degrees', '0W-20, 75W-90 GL-5', 'idle @ 750 rpm',
        'vibration @ idle, gone @ 2000', 'firing order 1-8-4-3-6-5-7-2', 'gap .058 .060 .055 .061',
        'live data: 0.67 0.58 0.33 0.39', 'compression 150 155 150 145 160 155',
        'sensor reads 0 1 0 1 1 0 1 0', 'tracking 9400 1604 3794 9126 2135 93',
        'session 84d88086-44ec-4249-be59-8125b23b1e1e', 'firmware 3.14.0.159', 'zip 94107, exit 212',
        'it stalls.in the morning', 'one two three four, four misfires', '2 miles down the road',
        'saw on facebook this is common', 'signal is good on the left', 'my phone won''t pair',
        'call the dealer', 'pays 3 ways', 'it''s a 2 way street', 'my 2015 Civic drive belt squeals',
        '1500 rear drive shaft', '2010 Subaru Outback way too loud', 'P0300 P0301 P0302 P0303 P0304',
        'transmission at 185 190 195 200 205 210', 'booking #4155552671', 'tracking 00340555014277610012',
        'compression one seventy, one sixty five, one sixty eight, one oh five',
        'fine after 10 min drive perfectly dry', 'bottom line: it runs',
        'my numbers since: 13.9, 14.2, 14.4', 'idle @ 650 cold, hunts @ 800-1200 warm. fine when I hit the gas',
        'номер 31120-1307010-00'
    ]
) as typed
cross join lateral app.mask_contacts(typed) as m;

-- Soliciting is named with its reason, and what only sounds like it is not

select is(m.solicits, d.solicits, d.typed)
from (
    values
    ('could we talk somewhere that nobody records?', 'solicits_leaving'),
    ('hop on zoom with me', 'solicits_app'),
    ('quicker if we got on the phone for a minute', 'solicits_call'),
    ('what''s your email address', 'solicits_contact'),
    ('bring your van to my place tonight', 'solicits_meeting'),
    ('I would do it at my place, on my own ramp', 'solicits_meeting'),
    ('cash in hand and we are square', 'solicits_payment'),
    ('me pagas ochenta en efectivo y listo', 'solicits_payment'),
    ('lieber bar auf die Hand, ohne Rechnung', 'solicits_payment'),
    ('on passe sur telegram ?', 'solicits_app'),
    ('me puedes marcar mas tarde', 'solicits_call'),
    ('podaj mi numer', 'solicits_contact'),
    ('vieni da me in officina sabato', 'solicits_meeting'),
    ('mi dai il tuo recapito? vorrei avere un recapito', 'solicits_contact'),
    ('schreib mir lieber auf telegram', 'solicits_app'),
    ('whatsapptan yazar mısın', 'solicits_app'),
    ('aap mujhe call kar lo', 'solicits_call'),
    ('mag ik je nummer', 'solicits_contact'),
    (
        'The noise comes from the left rear and gets louder in corners. The pads have about five millimetres left. '
        'Give me your number and I will call you, it is easier than typing. The rotor has a small lip at its edge. '
        'I would measure the run-out before I order anything, and check the bearing while the wheel is off.',
        'solicits_call'
    ),
    (
        'the noise comes from the left rear and gets louder in corners the pads have about five millimetres left '
        'give me your number and i will call you it is easier than typing the rotor has a small lip at its edge '
        'and i would measure the run out before i order anything and check the bearing while the wheel is off',
        'solicits_call'
    ),
    (
        'The noise comes from the left rear and gets louder in corners. The pads have about five millimetres left. '
        'The rotor has a small lip at its edge. I would measure the run-out before I order anything, and check the '
        'bearing while the wheel is off.',
        null
    ),
    ('drop me a line here once it is in', null),
    ('a shout here when it is done', null),
    ('hold the phone near the strut and record it', null),
    ('my card was declined, another one is in the settings', null),
    ('they want to meet me about the rust', null),
    ('is the tip going to you directly?', null),
    ('extend it or leave the rest for later', null),
    ('no, i won''t switch to whatsapp', null),
    ('rather not share my number', null),
    ('android auto whatsapp messages are read twice', null),
    ('me llamó el del taller', null),
    ('me marca 12,4', null),
    ('give me a ring tone that is not awful', null),
    ('took a video call from my brother', null),
    ('we went straight to the source, the ground strap', null),
    ('hear my voice echo in the cabin', null)
) as d (typed, solicits)
cross join lateral app.mask_contacts(d.typed) as m;

-- Beside a part number, a phone number is still one

select is(
    (app.mask_contacts('BMW 11427953129, questions to 415-555-2671')).delivered,
    'BMW 11427953129, questions to [phone hidden]',
    'a part number passes and the phone number beside it does not'
);

-- A vehicle's number is known by its check digit

select is((app.mask_contacts(d.typed)).delivered, d.delivered, d.title)
from (
    values
    ('vin 1G1JC524417418958, ring it', 'vin 1G1JC524417418958, ring it', 'with a right one it passes beside "ring it"'),
    (
        'vin 1G1JC524917418958, ring it', 'vin 1G1JC[phone hidden], ring it',
        'with a wrong one and "ring it", it is a number to dial'
    ),
    ('vin 1G1JC524917418958 on the door', 'vin 1G1JC524917418958 on the door', 'with a wrong one alone, a slip')
) as d (typed, delivered, title);
select is(
    array(select app.is_vin(v) from unnest(array['11111111111111111', '1m8gdm9axkp042788', '5gzcz43d13s812715']) as v),
    array[true, true, true], 'numbers whose digit is right, X among them'
);
select is(
    array(
        select app.is_vin(v)
        from unnest(array['1m8gdm9a1kp042788', '1m8gdm9axkp04278', '1m8gdm9axkp0427880', 'im8gdm9axkp042788', '']) as v
    ),
    array[false, false, false, false, false], 'a wrong digit, too few, too many, a letter that no number has, nothing'
);

-- What the sender is told

select is(
    (app.mask_contacts('call me 415-555-2671 or mail jo@example.com')).hidden,
    '[
        {"kind": "phone", "code": "shape", "reason": "A phone number was hidden because it is written like one."},
        {"kind": "email", "code": "shape", "reason": "An e-mail address was hidden because it is written like one."}
    ]'::jsonb,
    'each detail is named with the reason, and never repeated'
);
select is(
    (app.mask_contacts('P0300 at 120,000 miles')).hidden, '[]'::jsonb, 'nothing hidden, nothing told'
);
select results_eq(
    $$ select kind, first_character, last_character from unnest(app.find_contacts('ok, 415-555-2671 now')) $$,
    $$ values ('phone', 5, 16) $$,
    'places count characters from 1'
);

-- A detail in pieces is hidden at the piece that completes it

select is((app.mask_contacts('2671', array['415', '555'])).delivered, '[phone hidden]', 'a number');
select is(
    (app.mask_contacts('@example.com', array['jo.smith'])).delivered, '[email hidden]', 'an address'
);
select is(
    (app.mask_contacts('..0142..', array['317..', '..555..'])).delivered, '..[phone hidden]..',
    'a number with dots at its ends, which join no two messages'
);
select is(
    (app.mask_contacts('.com', array['jofixes'])).delivered, '[link hidden]', 'where one dot does'
);
select is(
    (
        app.mask_contacts(
            'cinquante et un vingt-sept', array['zéro six trente-neuf', 'quatre-vingt-dix-huit']
        )
    ).delivered,
    '[phone hidden]',
    'a number in French, of which one is said with and'
);
select is(
    (app.mask_contacts('gmx dot de', array['jo.smith at'])).delivered, '[email hidden]',
    'an address in words, with an ending that is a word too'
);
select is(
    (app.mask_contacts('jo.smith at gmx dot de')).delivered, '[email hidden]', 'or in one message'
);
select is(
    (app.mask_contacts('then 60 ft lbs', array['30 ft lbs', 'bolt 4155552671']))
        .delivered,
    'then 60 ft lbs',
    'what was said before is not hidden again'
);

-- What is learnt: a version whose weights are made up

insert into app.filter_versions (version, summary) values (2, 'A few words and three places.');
insert into app.filter_words (version, word, reading)
select 2, w.word, w.reading from app.filter_words as w where w.version = 1;
insert into app.filter_weights (version, gram, weight)
values (2, '', -1), (2, 'quuxcall', 9), (2, 'quuxpart', -30), (2, 'quuxless', -1.45), (2, 'quuxeven', 0.01), (2, 'quuxmore', 2), (2, 'quuxmuch', 2.7), (2, 'quuxmost', 4.2), (2, 'quuxsome', -1.2), (2, 'quuxmild', -0.6),
(2, 'is', 0.01), (2, 'worn', 0.01);
insert into app.filter_weights (version, gram, weight, about) values (2, 'quuxfirst _ quuxthird', 9, 'solicits_call');
insert into app.filter_places (version, feature, weight, kind)
values (2, '', -6, null), (2, '=quuxname', 8, 'handle'), (2, '=000', 6, null), (2, '=jc', 8, 'phone');

select is((app.mask_contacts(d.typed, '{}', 2::smallint)).delivered, d.delivered, d.what)
from (
    values
    (
        'quuxcall me: quuxname, here', 'quuxcall me: [handle hidden], here',
        'what stands where a detail does is hidden where the wording tells one'
    ),
    (
        'quuxcall 1G1JC524417418958, quuxname', 'quuxcall 1G1JC524417418958, [handle hidden]',
        'but no number of a vehicle, whatever a part of it weighs'
    ),
    ('the quuxname is worn', 'the quuxname is worn', 'and not where it tells none'),
    ('quuxcall and tell nobody', 'quuxcall and tell nobody', 'nor is what stands elsewhere'),
    (
        'quuxcall [phone hidden] quuxname', 'quuxcall [phone hidden] quuxname',
        'nothing more of what was masked is hidden'
    ),
    (
        '0 280 158 501 is the number, quuxcall', '[phone hidden] is the number, quuxcall',
        'what is announced as a number is one'
    ),
    (
        '0 280 158 501 is the number, quuxpart', '0 280 158 501 is the number, quuxpart',
        'unless all words speak against it'
    ),
    (
        'the number is 0280158501, quuxcall', 'the number is 0280158501, quuxcall',
        'or the place where it stands'
    ),
    (
        'the number is 415-555-2671, quuxpart', 'the number is [phone hidden], quuxpart',
        'no words talk away what is written like a number'
    ),
    (
        'quuxpart 4155552671 fits', 'quuxpart 4155552671 fits', 'unless it stands as none does, too'
    ),
    ('quuxeven 4155552671 fits', 'quuxeven [phone hidden] fits', 'which alone does not do')
) as d (typed, delivered, what);
select is(
    (app.mask_contacts('quuxcall me: quuxname', '{}', 2::smallint)).hidden,
    '[{"kind": "handle", "code": "wording",
        "reason": "An account name was hidden because it stands where one is told."}]'::jsonb,
    'the sender is told why'
);

select is(
    array(
        select (app.mask_contacts(m.typed, '{}', 2::smallint)).solicits
        from unnest(array['quuxfirst or quuxthird', 'quuxfirst quuxthird', 'quuxfirst or a quuxthird'])
            with ordinality as m (typed, place)
        order by m.place
    ),
    array['solicits_call', null, null],
    'two words weigh with one between'
);
select is((app.hear_message(h.typed, 2::smallint)).is_harmless, h.is_harmless, h.what)
from (
    values
    ('the quuxpart beside quuxpart instead of quuxpart', true, 'what sounds harmless in all its parts is not read'),
    ('the quuxpart beside quuxpart quuxmost of quuxpart', false, 'it is where one part sounds otherwise'),
    ('the quuxpart beside quuxpart quuxmuch of quuxpart', true, 'more than somewhat'),
    ('the quuxpart beside quuxpart quuxmuch of 12 quuxpart', false, 'and beside a figure even so'),
    ('the quuxsome beside quuxeven instead of quuxeven', true, 'little is enough'),
    ('the quuxsome beside quuxeven instead of 2 quuxeven', false, 'unless there is a figure'),
    ('the quuxsome beside quuxeven instead of quuxeven/s', false, 'or a sign'),
    ('the quuxpart beside quuxpart quuxmore of quuxpart', true, 'more than a little'),
    ('the quuxeven beside quuxeven instead of quuxeven', false, 'and where nothing speaks for it'),
    ('the quuxless beside quuxeven instead of quuxeven', true, 'as a little does'),
    ('the quuxpart beside quuxpart or what nobody knows', false, 'four words that nobody knows are read'),
    ('the quuxpart beside jo@quuxpart instead of quuxpart', false, 'and so is what has the shape of a detail'),
    ('quuxpart is worn', true, 'a short one of plain words is not'),
    ('quuxless is worn', false, 'unless little speaks for it'),
    ('quuxpart is quuxmore', false, 'or something against it'),
    ('quuxpart quuxname', false, 'or where nobody knows one of two words'),
    ('quuxpart 01 42', false, 'but where it may be a piece of a number'),
    ('quuxpart is 0142', true, 'unless two words are beside it'),
    ('quuxsome quuxmild 0142', false, 'harmless enough'),
    ('quuxsome quuxmild', true, 'and more so than without'),
    ('quuxpart is quux_part', false, 'or of a name')
) as h (typed, is_harmless, what);

-- Of a long text, only what stands around a finding is weighed

create temporary table long_text on commit drop as
select
    t.typed, row(0, 'handle', p.place, p.place + 7, 0.7, 'account', 2)::app.finding as finding
from (
    values (repeat('quuxpart is worn. ', 30) || 'my quuxname, 000 is quuxeven' || repeat(' quuxless beside it', 30))
) as t (typed)
cross join lateral (select strpos(t.typed, 'quuxname') as place) as p;
select set_eq(
    $$
        select w.token, w.first_character, w.log_odds, w.kind
        from long_text as l
        cross join lateral unnest(app.weigh_around(array[l.finding], l.typed, 2::smallint)) as w
        where w.first_character between (l.finding).first_character - 20 and (l.finding).last_character + 20
    $$,
    $$
        select w.token, w.first_character, w.log_odds, w.kind
        from long_text as l
        cross join lateral unnest(app.weigh_places(l.typed, 2::smallint)) as w
        where w.first_character between (l.finding).first_character - 20 and (l.finding).last_character + 20
    $$,
    'as in the whole of it'
);
select is(
    (
        select cardinality(app.weigh_around(array[l.finding], l.typed, 2::smallint)) < 60
        from long_text as l
    ),
    true,
    'and no more than that'
);

-- Nobody gets round it

select is(
    (select count(*) from pg_roles as r where r.rolname in ('customer', 'mechanic', 'workshop')
            and has_function_privilege(r.oid, 'app.find_contacts(text, text[], smallint)', 'execute')),
    0::bigint,
    'no persona may try the filter out, unlimited'
);

select * from finish();
rollback;
