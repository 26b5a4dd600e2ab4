-- Return what the user's brain is doing and when a page was last listening. A page that asks counts as listening.
-- The language and the time zone of the user's device are stored if they are given (not empty), also before the
-- first text.
-- Keys: run; here: when a page last polled or streamed.
local a = arguments({
  texts = 'is_here keep_ms language zone run_keep_ms device', numbers = 'gap_ms device_ms',
})
local SHOWN = {
  'state', 'id', 'loops', 'activity', 'started', 'last', 'seq', 'progress', 'reason', 'question', 'channel',
  'held', 'language', 'zone', 'tokens',
}

local now = clock()
local others
if a.is_here == '1' then
  others = note_here(now, a.keep_ms, a.gap_ms)
  note_reader(a.device, now, a.run_keep_ms, a.device_ms)
else
  others = redis.call('GET', key('here')) or ''
end
local told = language_and_zone(a)
if #told > 0 then
  redis.call('HSET', RUN, unpack(told))
  redis.call('PEXPIRE', RUN, a.run_keep_ms)
end
local found = { 'here', others, 'now_ms', text(now) }
for i, value in ipairs(redis.call('HMGET', RUN, unpack(SHOWN))) do
  found[#found + 1] = SHOWN[i]
  found[#found + 1] = value
end
return answer(found)
