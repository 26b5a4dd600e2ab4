-- Return a part of the log, its last seq, the seq of its oldest entry, and what was heard, in one atomic read.
-- Keys: run, log, withdrawn.
local a = arguments({ texts = 'count', numbers = 'since' })

local run = redis.call('HMGET', RUN, 'seq', 'undone', 'heard')
local seq = run[1]
local undone = run[2] or ''
if not seq then
  seq, undone = text((newest('1'))), '0' -- the run is lost, or the user has never said anything
end
local entries = redis.call('XRANGE', LOG, text(a.since + 1), '+', 'COUNT', a.count)
local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', '1')
local gone = {}
for at in pairs(taken_back(entries, undone)) do
  gone[#gone + 1] = text(at)
end
local first = oldest[1] and string.match(oldest[1][1], '^%d+') or '0'
return answer({
  'seq', seq, 'first', first, 'entries', entries, 'withdrawn', table.concat(gone, ' '), 'heard', run[3] or '',
})
