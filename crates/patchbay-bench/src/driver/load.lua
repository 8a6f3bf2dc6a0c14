-- The requests of one round. A line that sets `settings` stands before this text:
--   path     what the requests ask for: the folder of the rows (get) or where they are made (create)
--   ids      a file with one id a line; without it rows are made
--   run      a number that no other run on the same database has: it makes names unique
--   headers  sent with every request

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local reads = {}
local made = 0

function init()
  math.randomseed(settings.run * 1000 + number)
  for name, value in pairs(settings.headers) do
    wrk.headers[name] = value
  end
  if settings.ids then
    for id in io.lines(settings.ids) do
      reads[#reads + 1] = wrk.format("GET", settings.path .. "/" .. id)
    end
  end
end

function request()
  if settings.ids then
    return reads[math.random(#reads)]
  end
  made = made + 1
  local name = string.format("bench-%02d-%02d-%09d", settings.run, number, made)
  local body = string.format('{"name":"%s","json_url":"not-a-url-%s"}', name, name)
  return wrk.format("POST", settings.path, nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'bench-result {"requests":%d,"duration_us":%d,"bytes":%d,"p50_us":%d,"p99_us":%d,'
      .. '"socket_errors":%d,"refused":%d,"timeouts":%d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write, errors.status, errors.timeout
  ))
end
