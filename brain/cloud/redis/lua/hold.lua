-- Something outside may be worth a word: keep it, once, until somebody says it or it is too late.
-- KEYS: 4 whether this event is known, 5 what is held (list), 6 a sign of life of the pages
local SEEN, HELD, HERE = KEYS[4], KEYS[5], KEYS[6]
local notice, user, most, seen_ms, held_ms, keep_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local r = load()
if notice ~= '' and redis.call('SET', SEEN, '1', 'NX', 'PX', seen_ms) then
  redis.call('RPUSH', HELD, notice)
  redis.call('LTRIM', HELD, '-' .. most, '-1')
  redis.call('PEXPIRE', HELD, held_ms)
  redis.call('HSET', RUN, 'user', user)
end
local held = redis.call('LRANGE', HELD, 0, -1)
if text(#held) ~= (r.held == '' and '0' or r.held) then -- one more, or all have expired
  redis.call('HSET', RUN, 'held', text(#held))
  redis.call('PEXPIRE', RUN, keep_ms)
end
local now = clock()
return {
  is_busy(r, now) and '1' or '', redis.call('GET', HERE) or '', r.channel,
  r.contact, r.noted, r.heard, text(r.said), held, text(now),
}
