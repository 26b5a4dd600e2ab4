-- Keep a note of a mind's progress, and say whether the owner may be told: once in a while.
-- Keys: notes: the last ones (list); told: the note of which the owner was told, while it is too early for another.
local a = arguments({ texts = 'note most keep_ms every_ms' })
local NOTES, TOLD = key('notes'), key('told')

if redis.call('LRANGE', NOTES, -1, -1)[1] ~= a.note then -- otherwise it is sent again
  redis.call('RPUSH', NOTES, a.note)
  redis.call('LTRIM', NOTES, '-' .. a.most, '-1')
  redis.call('PEXPIRE', NOTES, a.keep_ms)
end
local is_due = redis.call('SET', TOLD, a.note, 'NX', 'PX', a.every_ms) or redis.call('GET', TOLD) == a.note
return answer({ 'due', is_due and '1' or '' })
