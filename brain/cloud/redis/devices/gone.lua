-- Record that a page no longer reads by a stream or a socket. The channel reports for itself.
-- Keys: run.
local a = arguments({ texts = 'device keep_ms' })

local now = clock()
note_device(a.device, now, a.keep_ms, function(device)
  device.upto = now
end)
return answer({ 'is', 'gone' })
