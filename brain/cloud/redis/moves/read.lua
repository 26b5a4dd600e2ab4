-- A stretch of the log, its end, and the oldest entry that is still here, all of one instant.
-- Keys: run, log.
local a = arguments({ texts = 'count', numbers = 'since' })

local seq = redis.call('HGET', RUN, 'seq') or '0'
local entries = redis.call('XRANGE', LOG, text(a.since + 1), '+', 'COUNT', a.count)
local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', '1')
local first = oldest[1] and string.match(oldest[1][1], '^%d+') or '0'
return answer({ 'seq', seq, 'first', first, 'entries', entries })
