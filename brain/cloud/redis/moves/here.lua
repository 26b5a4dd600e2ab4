-- Record that a page is listening, for the news as well. Return the last seq and the number of pending notices.
-- Keys: run; here: when a page last polled or streamed.
local a = arguments({ texts = 'keep_ms device run_keep_ms', numbers = 'gap_ms' })

local now = clock()
note_here(now, a.keep_ms, a.gap_ms)
note_reader(a.device, now, a.run_keep_ms, a.gap_ms)
local fields = redis.call('HMGET', RUN, 'seq', 'held', 'followed')
if fields[1] then -- a log that begins asks who listens
  note_follower(fields[3], now)
end
return answer({ 'seq', fields[1] or '0', 'held', fields[2] or '0' })
