-- Let no text of the user follow a mind's last run, if it is this one and has ended: its outcome is what counts.
-- Keys: run.
local a = arguments({ texts = 'run' })

local state, id = unpack(redis.call('HMGET', RUN, 'state', 'id'))
local is_last = id == a.run and state ~= 'running' and state ~= 'handingOver'
if is_last then
  redis.call('HSET', RUN, 'closed', a.run)
end
return answer({ 'is', is_last and 'closed' or 'open' })
