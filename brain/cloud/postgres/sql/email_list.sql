-- The newest emails that pass the filters, after the email %(after)s of the time %(after_at)s.
select id, folder, sender, subject, at, unread, text, '{}'::text[] as lexemes, 0::float as score
from brain.emails
where
    user_id = %(user_id)s
    and (%(folder)s = '' or folder = %(folder)s)
    and (%(sender)s = '' or people @@ %(sender)s::tsquery)
    and (%(since)s::timestamptz is null or at >= %(since)s::timestamptz)
    and (%(before)s::timestamptz is null or at < %(before)s::timestamptz)
    and (%(unread)s::boolean is null or unread = %(unread)s::boolean)
    and (%(after)s::text is null or (
        at <= %(after_at)s::timestamptz and (at < %(after_at)s::timestamptz or id > %(after)s::text)
    ))
order by at desc, id
limit %(limit)s
