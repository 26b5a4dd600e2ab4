-- A page listens: note it, and tell it how far the log reaches.
-- KEYS: 4 a sign of life of the pages that ask or stream
redis.call('SET', KEYS[4], '1', 'PX', ARGV[1])
return { redis.call('HGET', RUN, 'seq') or '0' }
