-- Pages of statements, as the personas' screens ask for them: who asks, and what.

-- case: mechanic: newest page of the busiest
select 'mechanic' as persona, md5('mechanic 0')::uuid as me;

select * from api.mechanic_statement order by posted_at desc, transaction_id limit 50;

-- case: mechanic: a page of the busiest in the middle
select 'mechanic' as persona, md5('mechanic 0')::uuid as me;

select * from api.mechanic_statement where posted_at < '2025-06-01'
order by posted_at desc, transaction_id limit 50;

-- case: mechanic: newest page of an ordinary one
select 'mechanic' as persona, md5('mechanic 3300')::uuid as me;

select * from api.mechanic_statement order by posted_at desc, transaction_id limit 50;

-- case: workshop: newest page of the busiest
select 'workshop' as persona, md5('advisor 0')::uuid as me;

select * from api.workshop_statement where workshop_id = md5('workshop 0')::uuid
order by posted_at desc, transaction_id limit 50;

-- case: workshop: a page of the busiest in the middle
select 'workshop' as persona, md5('advisor 0')::uuid as me;

select * from api.workshop_statement where workshop_id = md5('workshop 0')::uuid and posted_at < '2025-06-01'
order by posted_at desc, transaction_id limit 50;

-- case: workshop: newest page of an ordinary one
select 'workshop' as persona, md5('advisor 1')::uuid as me;

select * from api.workshop_statement where workshop_id = md5('workshop 1800')::uuid
order by posted_at desc, transaction_id limit 50;

-- case: admin: newest page of the whole ledger
select 'platform_admin' as persona, md5('admin 0')::uuid as me;

select * from api.admin_ledger_entries order by posted_at desc, transaction_id limit 50;

-- case: admin: newest page of one account
select 'platform_admin' as persona, md5('admin 0')::uuid as me;

select * from api.admin_ledger_entries where account_id = md5('stripe.balance')::uuid
order by posted_at desc, transaction_id limit 50;
