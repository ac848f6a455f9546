-- Who still does what while suspended, and while barred? A suspension stops new work, a bar all of it.

begin;
select plan(4);

create temporary table call (persona text, caller text, statement text, stops text);
insert into call
select c.persona, c.caller, 'select api.' || c.statement, 'suspension'
from (
    values
        ('customer', 'ben', $$ request_session('brakes', 'It grinds.', 2016, 'Ford', 'Focus') $$),
        ('customer', 'ben', $$ accept_invitation('guessed') $$),
        ('mechanic', 'max', $$ accept_session(tests.id('ben queued')) $$),
        ('mechanic', 'max', $$ escalate_session(tests.id('ana escalated')) $$),
        ('workshop', 'wanda', $$ accept_offer(tests.id('ana escalated offer to Harbor Auto')) $$),
        ('platform_admin', 'ada', $$ announce_fee_schedule(1, 0, 0, '0', 'A reason') $$),
        ('platform_admin', 'ada', $$ claim_flag(gen_random_uuid()) $$),
        ('platform_admin', 'ada', $$ create_workshop('Next', tests.id('Decatur'), '{brakes}') $$),
        ('platform_admin', 'ada', $$ decide_appeal(gen_random_uuid(), 'upheld', 'A reason') $$),
        ('platform_admin', 'ada', $$ decide_flag(gen_random_uuid(), 'dismissed', 'A reason') $$),
        ('platform_admin', 'ada', $$ decide_withheld(tests.id('max'), 'released', 'A reason') $$),
        ('platform_admin', 'ada', $$ dismiss_admin(gen_random_uuid(), 'A reason') $$),
        ('platform_admin', 'ada', $$ dismiss_flags(array[gen_random_uuid()], 'A reason') $$),
        ('platform_admin', 'ada', $$ invite_person('x@example.test', 'mechanic') $$),
        ('platform_admin', 'ada', $$ lift_restriction(gen_random_uuid(), 'A reason') $$),
        ('platform_admin', 'ada', $$ read_contact(tests.id('ana'), 'She asked us to call.') $$),
        ('platform_admin', 'ada', $$ read_previews(gen_random_uuid(), 'An appeal of hers.') $$),
        ('platform_admin', 'ada', $$ read_raw_message(gen_random_uuid(), 'An appeal of hers.') $$),
        ('platform_admin', 'ada', $$ release_flag(gen_random_uuid()) $$),
        (
            'platform_admin', 'ada',
            $$ remove_workshop_member(tests.id('Harbor Auto'), tests.id('wanda'), 'Left.') $$
        ),
        ('platform_admin', 'ada', $$ resend_refunds(gen_random_uuid(), 'A reason') $$),
        ('platform_admin', 'ada', $$ restrict(tests.id('zoe'), 'banned', true, '4.4', 'Cash.') $$),
        ('platform_admin', 'ada', $$ revoke_invitation(gen_random_uuid()) $$),
        ('platform_admin', 'ada', $$ settle_fraud_warning('issfr_1', 'A reason') $$)
) as c (persona, caller, statement)
union all
select c.persona, c.caller, 'select api.' || c.statement, 'bar'
from (
    values
        ('customer', 'ana', $$ approve_quote(tests.id('ana escalated quote of Northside Garage')) $$),
        ('customer', 'ana', $$ decline_quote(tests.id('ana escalated quote of Northside Garage')) $$),
        ('customer', 'ana', $$ cancel_escalation(tests.id('ana escalated escalation')) $$),
        ('customer', 'ana', $$ register_media(tests.id('ana active'), 'photo') $$),
        ('customer', 'ana', $$ report_absent_mechanic(tests.id('ana active')) $$),
        ('customer', 'ana', $$ report_message(gen_random_uuid()) $$),
        ('customer', 'ana', $$ preview_message('Hello') $$),
        (
            'customer', 'ana',
            $$ send_message(tests.id('ana active thread'), 'Hello', gen_random_uuid()) $$
        ),
        ('customer', 'cleo', $$ confirm_repair(tests.id('cleo repaired escalation')) $$),
        (
            'customer', 'cleo',
            $$ release_contact(tests.id('cleo repaired offer to Northside Garage')) $$
        ),
        ('mechanic', 'max', $$ complete_session(tests.id('ana active'), 'Done.', 'Pads.') $$),
        ('mechanic', 'max', $$ hand_back_session(tests.id('ana active')) $$),
        ('mechanic', 'max', $$ report_absent_customer(tests.id('ana active')) $$),
        (
            'workshop', 'walt',
            $$ withdraw_quote(tests.id('ana escalated quote of Northside Garage')) $$
        ),
        (
            'workshop', 'walt',
            $$ finish_repair(tests.id('cleo repaired offer to Northside Garage')) $$
        ),
        (
            'workshop', 'wanda',
            $$ decline_offer(tests.id('ana escalated offer to Harbor Auto'), 'no_capacity') $$
        )
) as c (persona, caller, statement);

create function pg_temp.is_refused(persona text, caller text, statement text)
    returns boolean
    language plpgsql
as $$
begin
    begin
        perform tests.act_as(persona, caller);
        execute statement;
        raise exception 'nothing of it stays' using errcode = 'P0099';
    exception
        when others then
            return sqlstate = 'PT403';
    end;
end;
$$;

select is_empty(
    'select statement from call where pg_temp.is_refused(persona, caller, statement)',
    'without a restriction none of it is refused for want of standing'
);

update app.standings set suspended_until = 'infinity'
where person_id in (select tests.id(caller) from call);
select is_empty(
    $$
        select statement from call
        where pg_temp.is_refused(persona, caller, statement) <> (stops = 'suspension')
    $$,
    'a suspension stops what begins new work, and what only an admin does; what is under way goes on'
);

update app.standings set suspended_until = '-infinity', barred_until = 'infinity'
where person_id in (select tests.id(caller) from call);
select is_empty(
    'select statement from call where not pg_temp.is_refused(persona, caller, statement)',
    'a bar stops all of it'
);

update app.standings set barred_until = '-infinity'
where person_id in (select tests.id(caller) from call);
delete from app.standings where person_id = tests.id('zoe');
select ok(
    pg_temp.is_refused(
        'mechanic', 'zoe', $$ select api.accept_session(tests.id('ben queued')) $$
    ),
    'who has no standing takes no work'
);

select * from finish();
rollback;
