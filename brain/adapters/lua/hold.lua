-- Something outside may be worth a word: keep it, once, until somebody says it or it is too late.
-- KEYS: 4 whether this event is known, 5 what is held (list), 6 a sign of life of the pages
local SEEN, HELD, HERE = KEYS[4], KEYS[5], KEYS[6]
local notice, user, most, seen_ms, keep_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local r = load()
if notice ~= '' and redis.call('SET', SEEN, '1', 'NX', 'PX', seen_ms) then
  redis.call('RPUSH', HELD, notice)
  redis.call('LTRIM', HELD, '-' .. most, '-1')
  redis.call('PEXPIRE', HELD, keep_ms)
  redis.call('HSET', RUN, 'held', text(redis.call('LLEN', HELD)), 'user', user)
  redis.call('PEXPIRE', RUN, keep_ms)
end
local now = clock()
return {
  is_busy(r, now) and '1' or '', redis.call('GET', HERE) or '', r.channel,
  r.contact, r.noted, r.heard, text(r.said), redis.call('LRANGE', HELD, 0, -1), text(now),
}
