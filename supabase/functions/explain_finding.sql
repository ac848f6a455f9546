-- What a sender is told of a finding: a sentence that repeats nothing of what was found.

create function app.explain_finding(kind text, reason text)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select format(
        '%s was hidden because %s.',
        case kind
            when 'phone' then 'A phone number'
            when 'email' then 'An e-mail address'
            when 'url' then 'A link'
            when 'handle' then 'An account name'
            when 'address' then 'A street address'
        end,
        case reason
            when 'shape' then 'it is written like one'
            when 'announced' then 'it is announced as one'
            when 'spelled' then 'its digits are spelled out'
            when 'disguised' then 'the words around it say how to read it'
            when 'pieces' then 'its pieces make one'
            when 'vanity' then 'its letters stand for digits'
            when 'glued' then 'its words stand for signs'
            when 'reversed' then 'it is written backwards'
            when 'account' then 'it names you on another service'
            when 'search' then 'it says what to search for on another service'
            when 'street' then 'it names a house in a street'
            when 'crossing' then 'it names a crossing'
            when 'map' then 'it is a place on a map'
            when 'wording' then 'it stands where one is told'
            when 'flood' then 'nobody reads that much'
        end
    );
$$;
comment on function app.explain_finding is
    'The sentence for a kind and a reason code of find_contacts.';
