-- Resume a run when the queue calls: it was handed over, or its brain may be gone.
-- Keys: run, log, journal, memory, withdrawn.
local a = arguments({ texts = 'reason run holder tail', numbers = 'fence wake lease_ms' })

local now = clock()
local r = load(now, a.lease_ms)
if r.id ~= a.run or (r.state ~= 'running' and r.state ~= 'handingOver') then
  return answer({ 'is', 'settled', 'held', r.held })
end
if r.state == 'running' and r.holder == a.holder then -- our own call, sent again
  return admitted(r, 0, now, a.tail)
end
if r.state == 'handingOver' and a.reason == 'handoff' and a.fence == r.fence then
  redis.call('HSET', RUN, 'state', 'running', 'holder', a.holder, 'lease', text(now + a.lease_ms),
    'last', text(now))
  return admitted(r, 0, now, a.tail)
end

-- Each run has one chain of wake-ups. The expected wake-up increases the number; any other leaves it unchanged.
local expected = a.reason == 'wakeup' and a.wake == r.wake
if expected then
  r.wake = r.wake + 1
end
if r.lease > now then
  if expected then
    redis.call('HSET', RUN, 'wake', text(r.wake))
  end
  return answer({ 'is', 'alive', 'run', r.id, 'wake', text(r.wake), 'left_ms', text(r.lease - now) })
end
take_over(r, a.holder, now, a.lease_ms)
return admitted(r, 0, now, a.tail)
