-- What the user's brain does, and since when nobody was there; a page that asks is there from now on.
-- KEYS: 4 the last sign of life of the pages that ask or stream
local here, here_keep_ms, gap_ms = ARGV[1], ARGV[2], ARGV[3]

local now = clock()
local others
if here == '1' then
  others = note_here(KEYS[4], now, here_keep_ms, gap_ms)
else
  others = redis.call('GET', KEYS[4])
end
local fields = redis.call('HMGET', RUN, unpack(ARGV, 4))
fields[#fields + 1] = others or ''
fields[#fields + 1] = text(now)
return fields
