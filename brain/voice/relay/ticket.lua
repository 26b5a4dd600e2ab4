-- Stores a ticket for a user, or takes it for a connection.
-- Key: ticket (hash): user, and by: the connection that has taken it.
local a = arguments({ texts = 'user by keep_ms' })
local TICKET = key('ticket')

if a.user ~= '' then
  redis.call('HSET', TICKET, 'user', a.user, 'by', '')
  redis.call('PEXPIRE', TICKET, a.keep_ms)
  return answer({ 'user', a.user })
end
local values = redis.call('HMGET', TICKET, 'user', 'by')
local user, by = values[1] or '', values[2] or ''
if user == '' or (by ~= '' and by ~= a.by) then
  return answer({ 'user', '' })
end
redis.call('HSET', TICKET, 'by', a.by)
return answer({ 'user', user })
