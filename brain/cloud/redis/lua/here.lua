-- A page listens: note it, and tell it how far the log reaches, and how much is held for it.
-- KEYS: 4 the last sign of life of the pages that ask or stream
note_here(KEYS[4], clock(), ARGV[1], ARGV[2])
local fields = redis.call('HMGET', RUN, 'seq', 'held')
return { fields[1] or '0', fields[2] or '0' }
