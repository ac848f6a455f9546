-- What do policies and functions believe of a token, and what of Auth's tables do they touch?

begin;
select plan(5);

-- Every text that decides: conditions of policies, bodies of functions and views.
create temporary view deciding as
    select
        p.polrelid::regclass || ': ' || p.polname as what,
        concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as said
    from pg_policy as p
    union all
    select f.oid::regprocedure::text, f.prosrc
    from pg_proc as f
    where f.pronamespace in ('app'::regnamespace, 'api'::regnamespace, 'backend'::regnamespace)
    union all
    select c.oid::regclass::text, pg_get_viewdef(c.oid)
    from pg_class as c
    where c.relnamespace in ('app'::regnamespace, 'api'::regnamespace)
        and c.relkind = 'v';

-- attack 89
select is_empty(
    $$ select what from deciding where said ~* '(user|app)_meta_?data|auth\.(jwt|email|role)\(' $$,
    'nothing reads what accounts write about themselves'
);
select set_eq(
    $$ select what, said ~ '->> ''sub''' from deciding where said ~ 'request\.jwt|auth\.uid\(' $$,
    $$ values ('app.current_person_id()', true), ('app.token_subject()', true) $$,
    'a function for policies and one for their predicates read the token, and of it the account''s id alone'
);

-- attack 92
select is_empty(
    $$
        select c.oid::regclass
        from pg_class as c
        inner join pg_rewrite as r on c.oid = r.ev_class
        inner join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        inner join pg_class as t on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
        where c.relnamespace in ('app'::regnamespace, 'api'::regnamespace, 'public'::regnamespace)
            and t.relnamespace = 'auth'::regnamespace
    $$,
    'no view reads a table of Auth''s'
);
select set_eq(
    $$ select what from deciding where said ~ '\mauth\.' $$,
    $$
        values
            ('app.become_persona(uuid,text,uuid,text)'), ('app.appoint_first_admin(text)'),
            ('api.accept_invitation(text)')
    $$,
    'and no function but those by which an account gets its persona'
);
select is_empty(
    $$
        select k.conrelid::regclass
        from pg_constraint as k
        inner join pg_class as c on k.conrelid = c.oid
        where k.confrelid = 'auth.users'::regclass
            and c.relnamespace = 'api'::regnamespace
    $$,
    'no key leads from the exposed schema to the accounts'
);

select * from finish();
rollback;
