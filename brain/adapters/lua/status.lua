-- What the user's brain does, and since when nobody was there; a page that asks is there from now on.
-- KEYS: 4 the last sign of life of the pages that ask or stream
local here, here_keep_ms = ARGV[1], ARGV[2]

local now = clock()
local others
if here == '1' then
  others = redis.call('SET', KEYS[4], text(now), 'PX', here_keep_ms, 'GET')
else
  others = redis.call('GET', KEYS[4])
end
local fields = redis.call('HMGET', RUN, unpack(ARGV, 3))
fields[#fields + 1] = others or ''
fields[#fields + 1] = text(now)
return fields
