-- Record that a page came to the presence channel or left it. Reports may arrive late, so the newest of a page counts.
-- Without a name (and `is_on` 0) all pages have left.
-- Keys: run.
local a = arguments({ texts = 'device is_on keep_ms', numbers = 'at_ms' })

local now = clock()
local function report(device)
  if a.at_ms < device.at then
    return false
  end
  device.on, device.at = a.is_on, a.at_ms
  device.upto = a.is_on == '0' and now or device.upto
end
if a.device ~= '' then
  return answer({ 'new', note_device(a.device, now, a.keep_ms, report) and '1' or '' })
end
for _, device in ipairs(devices_in(redis.call('HGET', RUN, 'devices'))) do
  if device.on == '1' then
    note_device(device.name, now, a.keep_ms, report)
  end
end
return answer({ 'new', '1' })
