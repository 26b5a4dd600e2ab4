-- Removes pending notices from the list and appends the message that announces them to the log, in one
-- step. Does nothing while a run goes on, unless that run announces them itself. Without a message (its id
-- is empty) only removes the notices.
-- Keys: run, log, journal, withdrawn; held: the pending notices (list).
local a = arguments({
  texts = 'floor id message noted run log_length keep_ms', -- run and fence: the lease token of the run
  numbers = 'fence',
  lists = 'forms', -- the notices to remove
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
if a.id ~= '' and r.seq == 0 then
  if a.floor == '' then
    return answer({ 'is', 'empty' })
  end
  r.seq = tonumber(a.floor)
end
if a.id ~= '' then
  local there = {}
  for _, form in ipairs(redis.call('LRANGE', HELD, 0, -1)) do
    there[form] = true
  end
  for _, form in ipairs(a.forms) do
    if not there[form] then -- another process has announced it: the caller has to plan again
      return answer({ 'is', 'changed' })
    end
  end
end
for _, form in ipairs(a.forms) do
  redis.call('LREM', HELD, 1, form)
end
local held = text(redis.call('LLEN', HELD))
if a.id == '' then -- the notices have expired
  redis.call('HSET', RUN, 'held', held)
  redis.call('PEXPIRE', RUN, a.keep_ms)
  return answer({ 'is', 'dropped' })
end
local seq = append(a.log_length, r.seq + 1, { 'm', a.message, 'r', a.id })
redis.call('PEXPIRE', LOG, a.keep_ms)
redis.call('HSET', RUN, 'seq', text(seq), 'held', held,
  'noted', a.id .. ' ' .. text(seq) .. ' ' .. a.noted)
redis.call('PEXPIRE', RUN, a.keep_ms)
tell(seq, is_ours and 'running' or '-', is_ours and r.id or '-')
return answer({ 'is', 'said', 'seq', text(seq) })
