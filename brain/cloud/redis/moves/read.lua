-- Return a part of the log, its last seq, the seq of its oldest entry, and what was heard, in one atomic read.
-- Keys: run, log.
local a = arguments({ texts = 'count', numbers = 'since' })

local seq = redis.call('HGET', RUN, 'seq')
if not seq then
  seq = text((newest('1'))) -- the run is lost, or the user has never said anything
end
local entries = redis.call('XRANGE', LOG, text(a.since + 1), '+', 'COUNT', a.count)
local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', '1')
local first = oldest[1] and string.match(oldest[1][1], '^%d+') or '0'
local heard = redis.call('HGET', RUN, 'heard') or ''
return answer({ 'seq', seq, 'first', first, 'entries', entries, 'heard', heard })
