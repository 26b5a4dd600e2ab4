-- Which of these users have rows that a run begins with: log, facts, settings, or a persona. The tables are looked at
-- one after the other, each by an index, until one has a row.
select user_id from unnest(%(user_ids)s::text[]) as given (user_id)
where coalesce(
    (select true from brain.archive where archive.user_id = given.user_id limit 1),
    (select true from brain.facts where facts.user_id = given.user_id limit 1),
    (select true from brain.preferences where preferences.user_id = given.user_id),
    (select true from brain.profiles where profiles.user_id = given.user_id limit 1)
)
