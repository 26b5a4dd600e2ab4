-- A stretch of the log, its end, and the oldest entry that is still here, all of one instant.
local since, count = tonumber(ARGV[1]), ARGV[2]

local seq = redis.call('HGET', RUN, 'seq') or '0'
local entries = redis.call('XRANGE', LOG, text(since + 1), '+', 'COUNT', count)
local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', '1')
local first = oldest[1] and string.match(oldest[1][1], '^%d+') or '0'
return { seq, first, entries }
