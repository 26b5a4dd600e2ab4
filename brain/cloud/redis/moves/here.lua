-- A page listens: note it, and tell it how far the log reaches, and how many notices wait for it.
-- Keys: run; here: the last sign of life of the pages that ask or stream.
local a = arguments({ texts = 'keep_ms', numbers = 'gap_ms' })

note_here(clock(), a.keep_ms, a.gap_ms)
local fields = redis.call('HMGET', RUN, 'seq', 'held')
return answer({ 'seq', fields[1] or '0', 'held', fields[2] or '0' })
