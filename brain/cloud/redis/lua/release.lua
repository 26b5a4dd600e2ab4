-- The brain gives up without an end to the run: whoever comes next takes over.
local run_id, fence = ARGV[1], tonumber(ARGV[2])

local r = load()
if r.id == run_id and r.fence == fence and r.state ~= 'idle' then
  redis.call('HSET', RUN, 'lease', '0')
end
return { 'released' }
