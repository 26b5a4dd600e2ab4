-- A script whose command the store refuses: the field is not a number.
-- Keys: run.
local a = arguments({ texts = 'field' })

redis.call('HINCRBY', RUN, a.field, '1')
return answer({ 'is', 'done' })
