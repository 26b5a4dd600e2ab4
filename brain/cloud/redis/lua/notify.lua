-- What was held is said: it leaves the list, and its message gets its place, in one step. Not while a
-- brain is at work, unless that brain says it itself, between two of its sentences.
-- KEYS: 4 what is held (list)
local HELD = KEYS[4]
local id, message, noted, run_id, fence = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local log_length, keep_ms = ARGV[6], ARGV[7]
local FIRST = 8 -- the notices that leave

local r = load()
local known, at = string.match(r.noted, '^(%S+) (%d+)')
if id ~= '' and known == id then -- sent again
  return { 'said', at }
end
local is_ours = r.state == 'running' and r.id == run_id and r.fence == fence
if run_id ~= '' and not is_ours or run_id == '' and is_busy(r, clock()) then
  return { 'busy' }
end
if id ~= '' then
  local there = {}
  for _, form in ipairs(redis.call('LRANGE', HELD, 0, -1)) do
    there[form] = true
  end
  for i = FIRST, #ARGV do
    if not there[ARGV[i]] then -- another has said a part of it: what to say has to be thought anew
      return { 'changed' }
    end
  end
end
for i = FIRST, #ARGV do
  redis.call('LREM', HELD, 1, ARGV[i])
end
local held = text(redis.call('LLEN', HELD))
if id == '' then -- too late for it
  redis.call('HSET', RUN, 'held', held)
  redis.call('PEXPIRE', RUN, keep_ms)
  return { 'dropped' }
end
local seq = r.seq + 1
redis.call('XADD', LOG, 'MAXLEN', '~', log_length, text(seq) .. '-0', 'm', message, 'r', id)
redis.call('PEXPIRE', LOG, keep_ms)
redis.call('HSET', RUN, 'seq', text(seq), 'held', held, 'noted', id .. ' ' .. text(seq) .. ' ' .. noted)
redis.call('PEXPIRE', RUN, keep_ms)
tell(seq, is_ours and 'running' or '-', is_ours and r.id or '-')
return { 'said', text(seq) }
