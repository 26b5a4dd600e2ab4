-- The user asks the running brain to stop; it reads this with its next commit or renewal.
local r = load()
if r.state ~= 'running' and r.state ~= 'handingOver' then
  return { 'idle' }
end
redis.call('HSET', RUN, 'stop', '1')
return { 'asked' }
