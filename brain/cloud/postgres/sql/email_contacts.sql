-- The names of people whom the user has written to, the latest first.
select name
from (
    select person ->> 'name' as name, max(at) as at
    from (
        select recipients, at
        from brain.emails
        where user_id = %(user_id)s and folder = 'sent'
        order by at desc
        limit 200
    ) as latest
    cross join
        lateral jsonb_array_elements((recipients -> 'to') || (recipients -> 'cc')) as person
    group by 1
) as named
where btrim(name) <> ''
order by at desc, name
limit %(limit)s
