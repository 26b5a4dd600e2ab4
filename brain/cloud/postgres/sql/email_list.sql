-- The newest emails that pass the filters.
select id, folder, sender, subject, at, unread, text, '{}'::text[] as lexemes
from brain.emails
where
    user_id = %(user_id)s
    and (%(folder)s = '' or folder = %(folder)s)
    and (%(sender)s = '' or people @@ %(sender)s::tsquery)
    and (%(since)s::timestamptz is null or at >= %(since)s::timestamptz)
    and (%(before)s::timestamptz is null or at < %(before)s::timestamptz)
    and (%(unread)s::boolean is null or unread = %(unread)s::boolean)
order by at desc, id
limit %(limit)s
