-- The queue calls: go on with a run that was handed over, or whose brain may be gone.
-- KEYS: 4 memory (hash)
local reason, run_id, fence, wake = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local holder, lease_ms, tail = ARGV[5], tonumber(ARGV[6]), ARGV[7]

local now = clock()
local r = load()
if r.id ~= run_id or (r.state ~= 'running' and r.state ~= 'handingOver') then
  return { 'settled', r.held }
end
if r.state == 'running' and r.holder == holder then -- our own call, sent again
  return admitted(r, 0, now, tail, KEYS[4])
end
if r.state == 'handingOver' and reason == 'handoff' and fence == r.fence then
  redis.call('HSET', RUN, 'state', 'running', 'holder', holder, 'lease', text(now + lease_ms), 'last', text(now))
  return admitted(r, 0, now, tail, KEYS[4])
end

-- One chain of wake-ups a run: the one that is expected moves the number on, any other only repeats it.
local expected = reason == 'wakeup' and wake == r.wake
if expected then
  r.wake = r.wake + 1
end
if r.lease > now then
  if expected then
    redis.call('HSET', RUN, 'wake', text(r.wake))
  end
  return { 'alive', r.id, text(r.wake), text(r.lease - now) }
end
take_over(r, holder, now, lease_ms)
return admitted(r, 0, now, tail, KEYS[4])
