-- Record that a page is listening. Return the last seq and the number of pending notices.
-- Keys: run; here: when a page last polled or streamed.
local a = arguments({ texts = 'keep_ms', numbers = 'gap_ms' })

note_here(clock(), a.keep_ms, a.gap_ms)
local fields = redis.call('HMGET', RUN, 'seq', 'held')
return answer({ 'seq', fields[1] or '0', 'held', fields[2] or '0' })
