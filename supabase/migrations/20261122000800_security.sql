-- Row level security on every table, and every arrow of every state machine.

do $$
declare
    table_name regclass;
begin
    for table_name in
        select oid from pg_catalog.pg_class
        where relnamespace = 'app'::regnamespace and relkind in ('r', 'p')
    loop
        execute format('alter table %s enable row level security', table_name);
        -- The owner has BYPASSRLS, so FORCE binds only an owner that comes later.
        execute format('alter table %s force row level security', table_name);
    end loop;
end;
$$;

insert into app.transitions (entity, from_status, to_status, function, actor) values
    ('session', null, 'requested', 'request_session', 'customer'),
    ('session', 'requested', 'paid', 'apply_stripe_event', 'stripe'),
    ('session', 'requested', 'expired', 'expire_overdue', 'clock'),
    ('session', 'requested', 'cancelled', 'cancel_session', 'customer'),
    ('session', 'paid', 'active', 'accept_session', 'mechanic'),
    ('session', 'paid', 'cancelled', 'cancel_session', 'customer'),
    ('session', 'paid', 'cancelled', 'expire_overdue', 'clock'),
    ('session', 'active', 'completed', 'complete_session', 'mechanic'),
    ('session', 'active', 'paid', 'hand_back_session', 'mechanic'),
    ('session', 'active', 'paid', 'report_absent_mechanic', 'customer'),
    ('session', 'active', 'paid', 'restrict', 'platform_admin'),
    ('session', 'active', 'cancelled', 'report_absent_customer', 'mechanic'),
    ('session', 'paid', 'cancelled', 'request_refund', 'customer'),
    ('session', 'paid', 'cancelled', 'decide_refund_request', 'platform_admin'),
    ('session', 'active', 'cancelled', 'request_refund', 'customer'),
    ('session', 'active', 'cancelled', 'decide_refund_request', 'platform_admin'),
    ('escalation', null, 'matching', 'escalate_session', 'mechanic'),
    ('escalation', 'matching', 'offered', 'offer_escalation', 'worker'),
    ('escalation', 'matching', 'unfilled', 'offer_escalation', 'worker'),
    ('escalation', 'offered', 'matching', 'decline_offer', 'workshop'),
    ('escalation', 'offered', 'matching', 'expire_overdue', 'clock'),
    ('escalation', 'offered', 'matching', 'restrict', 'platform_admin'),
    ('escalation', 'offered', 'unfilled', 'decline_offer', 'workshop'),
    ('escalation', 'offered', 'unfilled', 'expire_overdue', 'clock'),
    ('escalation', 'offered', 'unfilled', 'restrict', 'platform_admin'),
    ('escalation', 'offered', 'accepted', 'accept_offer', 'workshop'),
    ('escalation', 'accepted', 'offered', 'expire_overdue', 'clock'),
    ('escalation', 'accepted', 'offered', 'restrict', 'platform_admin'),
    ('escalation', 'accepted', 'matching', 'expire_overdue', 'clock'),
    ('escalation', 'accepted', 'matching', 'restrict', 'platform_admin'),
    ('escalation', 'accepted', 'unfilled', 'expire_overdue', 'clock'),
    ('escalation', 'accepted', 'unfilled', 'restrict', 'platform_admin'),
    ('escalation', 'accepted', 'quoted', 'send_quote', 'workshop'),
    ('escalation', 'quoted', 'accepted', 'withdraw_quote', 'workshop'),
    ('escalation', 'quoted', 'accepted', 'decline_quote', 'customer'),
    ('escalation', 'quoted', 'accepted', 'expire_overdue', 'clock'),
    ('escalation', 'quoted', 'accepted', 'restrict', 'platform_admin'),
    ('escalation', 'quoted', 'offered', 'expire_overdue', 'clock'),
    ('escalation', 'quoted', 'offered', 'restrict', 'platform_admin'),
    ('escalation', 'quoted', 'matching', 'expire_overdue', 'clock'),
    ('escalation', 'quoted', 'matching', 'restrict', 'platform_admin'),
    ('escalation', 'quoted', 'unfilled', 'expire_overdue', 'clock'),
    ('escalation', 'quoted', 'unfilled', 'restrict', 'platform_admin'),
    ('escalation', 'quoted', 'approved', 'approve_quote', 'customer'),
    ('escalation', 'approved', 'paid', 'apply_stripe_event', 'stripe'),
    ('escalation', 'paid', 'done', 'finish_repair', 'workshop'),
    ('escalation', 'done', 'closed', 'confirm_repair', 'customer'),
    ('escalation', 'matching', 'cancelled', 'cancel_escalation', 'customer'),
    ('escalation', 'offered', 'cancelled', 'cancel_escalation', 'customer'),
    ('escalation', 'accepted', 'cancelled', 'cancel_escalation', 'customer'),
    ('escalation', 'quoted', 'cancelled', 'cancel_escalation', 'customer'),
    ('escalation', 'approved', 'cancelled', 'cancel_escalation', 'customer'),
    ('escalation', 'approved', 'cancelled', 'expire_overdue', 'clock'),
    ('escalation', 'approved', 'cancelled', 'restrict', 'platform_admin'),
    ('offer', null, 'open', 'offer_escalation', 'worker'),
    ('offer', 'open', 'accepted', 'accept_offer', 'workshop'),
    ('offer', 'open', 'declined', 'decline_offer', 'workshop'),
    ('offer', 'open', 'expired', 'expire_overdue', 'clock'),
    ('offer', 'open', 'expired', 'approve_quote', 'customer'),
    ('offer', 'open', 'expired', 'cancel_escalation', 'customer'),
    ('offer', 'open', 'expired', 'restrict', 'platform_admin'),
    ('offer', 'accepted', 'lost', 'approve_quote', 'customer'),
    ('offer', 'accepted', 'lost', 'cancel_escalation', 'customer'),
    ('offer', 'accepted', 'lost', 'expire_overdue', 'clock'),
    ('offer', 'accepted', 'lost', 'restrict', 'platform_admin'),
    ('quote', null, 'draft', 'draft_quote', 'workshop'),
    ('quote', 'draft', 'sent', 'send_quote', 'workshop'),
    ('quote', 'sent', 'approved', 'approve_quote', 'customer'),
    ('quote', 'sent', 'declined', 'approve_quote', 'customer'),
    ('quote', 'sent', 'declined', 'decline_quote', 'customer'),
    ('quote', 'sent', 'expired', 'expire_overdue', 'clock'),
    ('quote', 'sent', 'withdrawn', 'withdraw_quote', 'workshop'),
    ('quote', 'sent', 'withdrawn', 'cancel_escalation', 'customer'),
    ('quote', 'sent', 'withdrawn', 'restrict', 'platform_admin'),
    ('quote', 'sent', 'superseded', 'send_quote', 'workshop'),
    ('quote', 'approved', 'withdrawn', 'restrict', 'platform_admin'),
    ('quote', 'approved', 'paid', 'apply_stripe_event', 'stripe'),
    ('quote', 'approved', 'expired', 'expire_overdue', 'clock'),
    ('quote', 'approved', 'withdrawn', 'cancel_escalation', 'customer'),
    ('payment', null, 'pending', 'request_session', 'customer'),
    ('payment', null, 'pending', 'approve_quote', 'customer'),
    ('payment', 'pending', 'processing', 'apply_stripe_event', 'stripe'),
    ('payment', 'pending', 'paid', 'apply_stripe_event', 'stripe'),
    ('payment', 'pending', 'failed', 'apply_stripe_event', 'stripe'),
    ('payment', 'failed', 'paid', 'apply_stripe_event', 'stripe'),
    ('payment', 'expired', 'paid', 'apply_stripe_event', 'stripe'),
    ('payment', 'failed', 'expired', 'expire_overdue', 'clock'),
    ('payment', 'failed', 'expired', 'cancel_session', 'customer'),
    ('payment', 'failed', 'expired', 'cancel_escalation', 'customer'),
    ('payment', 'pending', 'expired', 'expire_overdue', 'clock'),
    ('payment', 'pending', 'expired', 'cancel_session', 'customer'),
    ('payment', 'pending', 'expired', 'restrict', 'platform_admin'),
    ('payment', 'pending', 'expired', 'cancel_escalation', 'customer'),
    ('payment', 'processing', 'paid', 'apply_stripe_event', 'stripe'),
    ('payment', 'processing', 'failed', 'apply_stripe_event', 'stripe'),
    ('payment', 'failed', 'pending', 'begin_checkout', 'customer'),
    ('refund_request', null, 'open', 'request_refund', 'customer'),
    ('refund_request', 'open', 'granted', 'request_refund', 'customer'),
    ('refund_request', 'open', 'granted', 'decide_refund_request', 'platform_admin'),
    ('refund_request', 'open', 'refused', 'decide_refund_request', 'platform_admin'),
    ('refund_request', 'open', 'withdrawn', 'withdraw_refund_request', 'customer'),
    ('refund_request', 'open', 'superseded', 'apply_stripe_event', 'stripe'),
    ('refund_request', 'open', 'superseded', 'cancel_session', 'customer'),
    ('refund_request', 'open', 'superseded', 'expire_overdue', 'clock'),
    ('refund_request', 'open', 'superseded', 'report_absent_customer', 'mechanic'),
    ('referral', null, 'pending', 'apply_stripe_event', 'stripe'),
    ('referral', 'pending', 'earned', 'finish_repair', 'workshop'),
    ('referral', 'pending', 'earned', 'apply_stripe_event', 'stripe'),
    ('referral', 'earned', 'payable', 'expire_overdue', 'clock'),
    ('referral', 'earned', 'paid', 'apply_stripe_event', 'stripe'),
    ('referral', 'payable', 'paid', 'apply_stripe_event', 'stripe'),
    ('referral', 'withheld', 'paid', 'apply_stripe_event', 'stripe'),
    ('referral', 'earned', 'reversed', 'apply_stripe_event', 'stripe'),
    ('referral', 'earned', 'reversed', 'finish_repair', 'workshop'),
    ('referral', 'payable', 'reversed', 'apply_stripe_event', 'stripe'),
    ('referral', 'paid', 'reversed', 'apply_stripe_event', 'stripe'),
    ('referral', 'withheld', 'reversed', 'apply_stripe_event', 'stripe'),
    ('referral', 'reversed', 'earned', 'apply_stripe_event', 'stripe'),
    ('referral', 'pending', 'withheld', 'restrict', 'platform_admin'),
    ('referral', 'earned', 'withheld', 'restrict', 'platform_admin'),
    ('referral', 'payable', 'withheld', 'restrict', 'platform_admin'),
    ('referral', 'withheld', 'pending', 'lift_restriction', 'platform_admin'),
    ('referral', 'withheld', 'earned', 'lift_restriction', 'platform_admin');

-- Whatever an admin's restriction does, the ladder does too, and the clock when a notice period is over.
insert into app.transitions (entity, from_status, to_status, function, actor)
select t.entity, t.from_status, t.to_status, f.function, f.actor
from app.transitions as t
cross join (
    values
        ('restrict', 'decide_flag', 'platform_admin'),
        ('restrict', 'expire_overdue', 'clock'),
        ('lift_restriction', 'decide_appeal', 'platform_admin')
) as f (like_function, function, actor)
where t.function = f.like_function
on conflict do nothing;
