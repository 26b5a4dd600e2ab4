-- The places (from 1) of the people whom an email of the user names with this address. The words of
-- name and address find the few emails to look into by their index.
select asked.place
from
    unnest(%(addresses)s::text[], %(names)s::text[], %(words)s::text[])
        with ordinality as asked (address, name, words, place)
where exists (
    select
    from
        brain.emails as email,
        jsonb_array_elements(
            jsonb_build_array(email.sender) || (email.recipients -> 'to')
            || (email.recipients -> 'cc')
        ) as person
    where
        email.user_id = %(user_id)s
        and email.search @@ asked.words::tsquery
        and lower(person ->> 'address') = lower(asked.address)
        and lower(person ->> 'name') = lower(asked.name)
)
