-- Pending notices are said: they leave the list, and their message gets its place, in one step. Not while a
-- brain is at work, unless that brain says it itself, between two of its sentences. Without a message (its
-- id is empty) they only leave the list.
-- Keys: run, log; held: the pending notices (list).
local a = arguments({
  texts = 'id message noted run log_length keep_ms', -- the lease token of the brain: run and fence
  numbers = 'fence',
  lists = 'forms', -- the notices that leave
})
local HELD = key('held')

local r = load()
local known, at = string.match(r.noted, '^(%S+) (%d+)')
if a.id ~= '' and known == a.id then -- sent again
  return answer({ 'is', 'said', 'seq', at })
end
local is_ours = r.state == 'running' and r.id == a.run and r.fence == a.fence
if a.run ~= '' and not is_ours or a.run == '' and is_busy(r, clock()) then
  return answer({ 'is', 'busy' })
end
if a.id ~= '' then
  local there = {}
  for _, form in ipairs(redis.call('LRANGE', HELD, 0, -1)) do
    there[form] = true
  end
  for _, form in ipairs(a.forms) do
    if not there[form] then -- another has said a part of it: what to say has to be planned again
      return answer({ 'is', 'changed' })
    end
  end
end
for _, form in ipairs(a.forms) do
  redis.call('LREM', HELD, 1, form)
end
local held = text(redis.call('LLEN', HELD))
if a.id == '' then -- too late for them
  redis.call('HSET', RUN, 'held', held)
  redis.call('PEXPIRE', RUN, a.keep_ms)
  return answer({ 'is', 'dropped' })
end
local seq = r.seq + 1
redis.call('XADD', LOG, 'MAXLEN', '~', a.log_length, text(seq) .. '-0', 'm', a.message, 'r', a.id)
redis.call('PEXPIRE', LOG, a.keep_ms)
redis.call('HSET', RUN, 'seq', text(seq), 'held', held,
  'noted', a.id .. ' ' .. text(seq) .. ' ' .. a.noted)
redis.call('PEXPIRE', RUN, a.keep_ms)
tell(seq, is_ours and 'running' or '-', is_ours and r.id or '-')
return answer({ 'is', 'said', 'seq', text(seq) })
