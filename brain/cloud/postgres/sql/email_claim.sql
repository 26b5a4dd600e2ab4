-- Claim unreported emails for one sync. Rows that another sync is claiming are skipped; rows that it
-- claimed stay its own until the claim expires.
update brain.emails
set claimed_at = clock_timestamp()
where user_id = %(user_id)s and id in (
    select id from brain.emails
    where
        user_id = %(user_id)s and not told
        and (claimed_at is null or claimed_at < clock_timestamp() - make_interval(secs => %(claim_s)s))
    order by at, id
    limit %(limit)s
    for update skip locked
)
returning
    id, folder, message_id, in_reply_to, thread, sender, recipients, subject, at, text,
    attachments, unread
