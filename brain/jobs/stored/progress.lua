-- Keep a note of a mind's progress, and say whether the owner may be told: once in a while.
-- Keys: notes: the last ones (list); told: set while it is too early to tell the owner again.
local a = arguments({ texts = 'note most keep_ms every_ms' })
local NOTES = key('notes')

redis.call('RPUSH', NOTES, a.note)
redis.call('LTRIM', NOTES, '-' .. a.most, '-1')
redis.call('PEXPIRE', NOTES, a.keep_ms)
local is_due = redis.call('SET', key('told'), '1', 'NX', 'PX', a.every_ms)
return answer({ 'due', is_due and '1' or '' })
