-- Note a message of the queue for a user, for as long as it may still come.
-- Keys: queued (sorted set: message id by the time in ms until which it may come).
local a = arguments({ texts = 'id keep_ms', numbers = 'delay_ms late_ms most' })
local QUEUED = key('queued')

local now = clock()
redis.call('ZREMRANGEBYSCORE', QUEUED, '-inf', text(now))
redis.call('ZADD', QUEUED, text(now + a.delay_ms + a.late_ms), a.id)
redis.call('ZREMRANGEBYRANK', QUEUED, 0, -a.most - 1)
redis.call('PEXPIRE', QUEUED, a.keep_ms)
return answer({ 'is', 'noted' })
