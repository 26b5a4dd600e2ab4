-- End a user's run, and erase their log or everything. A brain that is still at work can write nothing any more.
-- Keys: run, log, memory, queued, and all others, which are deleted.
local a = arguments({ texts = 'scope fence_ms' })
-- What the store knows of the user's pages and device. It has no words, and outlives a conversation.
local KEPT = {
  language = true, zone = true, devices = true, channel = true, fence = true, recent = true, held = true, noted = true,
}

local state, id, fence, seq = unpack(redis.call('HMGET', RUN, 'state', 'id', 'fence', 'seq'))
local is_busy = state == 'running' or state == 'handingOver'
local is_fence = id and not seq -- left by this script, for a brain that was at work
local entries = redis.call('XLEN', LOG)
local queued = {}
if a.scope == 'all' then
  queued = redis.call('ZRANGE', key('queued'), '0', '-1')
end
for _, full in ipairs(KEYS) do
  if full ~= RUN and full ~= named.memory and full ~= named.queued then
    redis.call('DEL', full)
  end
end
if a.scope == 'all' then
  redis.call('DEL', key('memory'), key('queued'))
  if not is_fence then
    redis.call('DEL', RUN)
  end
else
  redis.call('HDEL', key('memory'), 'summary', 'upto', 'block')
  -- A summary that is being made was not begun after this, so it is not taken (see brain/memory/shown.lua).
  redis.call('HINCRBY', key('memory'), 'erased', '1')
  redis.call('PEXPIRE', key('memory'), KEEP_RUN_MS)
  for _, name in ipairs(is_fence and {} or redis.call('HKEYS', RUN)) do
    if not KEPT[name] then
      redis.call('HDEL', RUN, name)
    end
  end
end
if is_busy then
  redis.call('HSET', RUN, 'state', 'idle', 'id', id, 'fence', text((tonumber(fence) or 0) + 1), 'reason', 'stopped')
  if a.scope == 'all' then
    redis.call('PEXPIRE', RUN, a.fence_ms)
  end
end
if entries > 0 or is_busy then
  tell(0, is_busy and 'stopped' or '-', is_busy and id or '-')
end
return answer({ 'is', 'ended', 'busy', is_busy and '1' or '', 'entries', text(entries), 'queued', queued })
