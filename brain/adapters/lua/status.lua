-- What the user's brain does, and whether anybody listens; a page that asks listens itself from now on.
-- KEYS: 4 a sign of life of the pages that ask or stream
local here, here_ms = ARGV[1], ARGV[2]

local others
if here == '1' then
  others = redis.call('SET', KEYS[4], '1', 'PX', here_ms, 'GET')
else
  others = redis.call('GET', KEYS[4])
end
local fields = redis.call('HMGET', RUN, unpack(ARGV, 3))
fields[#fields + 1] = others and '1' or ''
return fields
