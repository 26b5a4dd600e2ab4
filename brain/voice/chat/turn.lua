-- Replace what is known of a call, unless it is not as the caller believes: then say what it is. Return the run of a text and the log after a seq.
-- Keys: run, log, withdrawn; call: the last turn of the call; id: the record of the text that the log is read from.
local a = arguments({ texts = 'before after keep_ms count', numbers = 'since' })
local CALL = key('call')

local known = redis.call('GET', CALL) or ''
if known ~= a.before and known ~= a.after then -- the same after a repeated call
  return answer({ 'is', 'changed', 'known', known })
end
if known ~= a.after then
  redis.call('SET', CALL, a.after, 'PX', a.keep_ms)
end
local seq, of = string.match(redis.call('GET', key('id')) or '', '^(%d+) (%S+)')
local entries = {}
if seq and a.count ~= '0' then
  local from = a.since > 0 and math.min(a.since, tonumber(seq)) or seq
  entries = redis.call('XRANGE', LOG, text(tonumber(from)), '+', 'COUNT', a.count)
end
local gone = {}
for at in pairs(taken_back(entries, redis.call('HGET', RUN, 'undone') or '')) do
  gone[#gone + 1] = text(at)
end
return answer({
  'is', 'placed', 'seq', seq or '', 'run', of or '', 'entries', entries, 'withdrawn', table.concat(gone, ' '),
})
