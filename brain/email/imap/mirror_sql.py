"""SQL statements of a mailbox's mirror: the places of its emails, and its progress."""

BEGIN = b"""
    insert into brain.email_folders as known
        (user_id, folder, validity, next_uid, low_uid, baseline_uid)
    values (%(user_id)s, %(folder)s, %(validity)s, %(next_uid)s, %(next_uid)s, %(next_uid)s)
    on conflict (user_id, folder) do update set
        validity = excluded.validity,
        next_uid = excluded.next_uid,
        low_uid = excluded.low_uid,
        baseline_uid = null,
        modseq = null,
        scan_uid = 0
    where known.validity <> excluded.validity
"""
STATE = b"""
    select validity, next_uid, low_uid, baseline_uid, since, modseq, scan_uid
    from brain.email_folders
    where user_id = %(user_id)s and folder = %(folder)s
"""
LOCK = STATE + b" and validity = %(validity)s for update"
PLACE = b"""
    insert into brain.email_places (user_id, folder, validity, uid, email_id)
    values (%(user_id)s, %(folder)s, %(validity)s, %(uid)s, %(id)s)
    on conflict do nothing
"""
# If an email is in both folders, the inbox counts: a user reads an email to themselves there.
FOLLOW = b"""
    update brain.emails set folder = 'inbox', unread = %(unread)s
    where user_id = %(user_id)s and id = %(id)s and folder = 'sent'
"""
ADVANCE = b"""
    update brain.email_folders set
        next_uid = greatest(next_uid, %(next_uid)s::bigint),
        low_uid = least(low_uid, %(low_uid)s::bigint)
    where user_id = %(user_id)s and folder = %(folder)s
"""
REFLAG = b"""
    update brain.emails as email set unread = told.unread
    from
        unnest(%(uids)s::bigint[], %(unread)s::boolean[]) as told (uid, unread)
        join brain.email_places as place
            on place.user_id = %(user_id)s and place.folder = %(folder)s
            and place.validity = %(validity)s and place.uid = told.uid
    where
        email.user_id = %(user_id)s and email.id = place.email_id
        and email.folder = %(folder)s and email.unread <> told.unread
"""
MODSEQ = b"""
    update brain.email_folders set modseq = %(modseq)s
    where user_id = %(user_id)s and folder = %(folder)s
"""
PLACES = b"""
    select validity, uid from brain.email_places
    where user_id = %(user_id)s and folder = %(folder)s and email_id = %(id)s
"""
WINDOW = b"""
    select uid from brain.email_places
    where
        user_id = %(user_id)s and folder = %(folder)s and validity = %(validity)s
        and (%(below)s::bigint is null or uid < %(below)s)
    order by uid desc
    limit %(limit)s
"""
COUNT = b"""
    select count(*) from brain.email_places
    where user_id = %(user_id)s and folder = %(folder)s and validity = %(validity)s
"""
VANISH = b"""
    delete from brain.email_places
    where
        user_id = %(user_id)s and folder = %(folder)s and validity = %(validity)s
        and uid = any(%(uids)s)
    returning email_id
"""
SETTLE = b"""
    delete from brain.email_places
    where user_id = %(user_id)s and folder = %(folder)s and validity <> %(validity)s
    returning email_id
"""
# From now on, UIDs decide again which email is new.
SETTLED = b"""
    update brain.email_folders set baseline_uid = coalesce(baseline_uid, next_uid)
    where user_id = %(user_id)s and folder = %(folder)s
"""
SCANNED = b"""
    update brain.email_folders set scan_uid = coalesce(%(scan_uid)s::bigint, scan_uid)
    where user_id = %(user_id)s and folder = %(folder)s
"""
# An email without a place was deleted, unless it came by webhook: then the mailbox may not contain
# it yet. Such an email goes as well if the mailbox has it under another id: its text is part of the
# id, and newer code may read it better.
DROP = b"""
    delete from brain.emails as email
    where
        user_id = %(user_id)s and id = any(%(ids)s)
        and not exists (
            select from brain.email_places as place
            where place.user_id = email.user_id and place.email_id = email.id
        )
        and (
            not brought
            or exists (
                select from brain.emails as same
                    join brain.email_places as place
                        on place.user_id = same.user_id and place.email_id = same.id
                where
                    same.user_id = email.user_id and same.id <> email.id
                    and same.message_id = email.message_id and same.message_id <> ''
                    and same.at = email.at
            )
        )
"""
# An email that is still in the other folder is shown there.
REMAIN = b"""
    update brain.emails as email set folder = place.folder, unread = false
    from brain.email_places as place
    where
        email.user_id = %(user_id)s and email.id = any(%(ids)s) and email.folder = %(folder)s
        and place.user_id = email.user_id and place.email_id = email.id
        and not exists (
            select from brain.email_places as own
            where own.user_id = email.user_id and own.email_id = email.id
                and own.folder = %(folder)s
        )
"""
