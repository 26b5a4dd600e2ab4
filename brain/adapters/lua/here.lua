-- A page listens: note it, and tell it how far the log reaches, and how much is held for it.
-- KEYS: 4 the last sign of life of the pages that ask or stream
redis.call('SET', KEYS[4], text(clock()), 'PX', ARGV[1])
local fields = redis.call('HMGET', RUN, 'seq', 'held')
return { fields[1] or '0', fields[2] or '0' }
