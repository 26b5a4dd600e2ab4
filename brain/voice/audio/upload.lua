-- Count a take before it is sent to the ear. A take whose text is in the log already does not count.
-- Keys: log; id: the record of this message id; takes: the times of the user's takes.
local a = arguments({ texts = 'window', numbers = 'rate window_ms' })
local TAKES = key('takes')

local seq = string.match(redis.call('GET', key('id')) or '', '^(%d+) ')
local entry = seq and redis.call('XRANGE', LOG, seq, seq)[1]
if entry then
  return answer({ 'is', 'known', 'entry', entry })
end

local times, wait_ms = admissible({ recent = redis.call('GET', TAKES) or '' }, clock(), a.rate, a.window_ms)
if not times then
  return answer({ 'is', 'limited', 'wait_ms', text(wait_ms) })
end
redis.call('SET', TAKES, times, 'PX', a.window)
return answer({ 'is', 'counted' })
