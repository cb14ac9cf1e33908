import { CronError, nextCron, parseCron } from '../../src/lib/cron'

function times(schedule: string, from: string, count: number, zone?: string): string[] {
  const plan = parseCron(schedule, zone)
  const out: string[] = []
  let at: number | undefined = Date.parse(from)
  while (out.length < count) {
    at = nextCron(plan, at)
    if (at === undefined) break
    out.push(new Date(at).toISOString().slice(0, 16))
  }
  return out
}

test.each([
  { name: 'every minute', schedule: '* * * * *', from: '2026-01-01T00:00:30Z', want: ['2026-01-01T00:01', '2026-01-01T00:02'] },
  {
    name: 'a step',
    schedule: '*/20 * * * *',
    from: '2026-01-01T00:00:00Z',
    want: ['2026-01-01T00:20', '2026-01-01T00:40', '2026-01-01T01:00'],
  },
  {
    name: 'a step from a start',
    schedule: '5/30 * * * *',
    from: '2026-01-01T00:00:00Z',
    want: ['2026-01-01T00:05', '2026-01-01T00:35', '2026-01-01T01:05'],
  },
  {
    name: 'a range and a list',
    schedule: '0 8-9,17 * * *',
    from: '2026-01-01T08:30:00Z',
    want: ['2026-01-01T09:00', '2026-01-01T17:00', '2026-01-02T08:00'],
  },
  { name: 'a weekday by name', schedule: '0 0 * * mon', from: '2026-01-01T00:00:00Z', want: ['2026-01-05T00:00', '2026-01-12T00:00'] },
  {
    name: 'a day or a weekday',
    schedule: '0 0 13 * 5',
    from: '2026-02-01T00:00:00Z',
    want: ['2026-02-06T00:00', '2026-02-13T00:00', '2026-02-20T00:00'],
  },
  { name: 'a month by name', schedule: '0 0 1 feb *', from: '2026-03-01T00:00:00Z', want: ['2027-02-01T00:00'] },
  { name: 'the 29th of February', schedule: '0 0 29 2 *', from: '2026-01-01T00:00:00Z', want: ['2028-02-29T00:00'] },
  { name: 'never', schedule: '0 0 31 2 *', from: '2026-01-01T00:00:00Z', want: [] },
  { name: '@hourly', schedule: '@hourly', from: '2026-01-01T00:10:00Z', want: ['2026-01-01T01:00'] },
  { name: '@weekly', schedule: '@weekly', from: '2026-01-01T00:10:00Z', want: ['2026-01-04T00:00'] },
  { name: '@every', schedule: '@every 1h30m', from: '2026-01-01T00:10:00Z', want: ['2026-01-01T01:40', '2026-01-01T03:10'] },
  { name: 'a time zone', schedule: '0 9 * * *', zone: 'America/New_York', from: '2026-01-01T00:00:00Z', want: ['2026-01-01T14:00'] },
  { name: 'summer time', schedule: '0 9 * * *', zone: 'America/New_York', from: '2026-07-01T00:00:00Z', want: ['2026-07-01T13:00'] },
  { name: 'a zone in the schedule', schedule: 'TZ=Asia/Tokyo 0 9 * * *', from: '2026-01-01T00:00:00Z', want: ['2026-01-02T00:00'] },
])('$name', ({ schedule, from, want, zone }) => {
  expect(times(schedule, from, Math.max(1, want.length), zone)).toEqual(want)
})

test.each([
  { schedule: '', message: 'empty spec string' },
  { schedule: '* * * *', message: 'expected exactly 5 fields, found 4: [* * * *]' },
  { schedule: '60 * * * *', message: 'end of range (60) above maximum (59): 60' },
  { schedule: '* * 0 * *', message: 'beginning of range (0) below minimum (1): 0' },
  { schedule: '5-3 * * * *', message: 'beginning of range (5) beyond end of range (3): 5-3' },
  { schedule: '*/0 * * * *', message: 'step of range should be a positive number: */0' },
  { schedule: 'x * * * *', message: 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax' },
  { schedule: '@often', message: 'unrecognized descriptor: @often' },
  { schedule: 'TZ=Mars/North * * * * *', message: 'provided bad location Mars/North: unknown time zone Mars/North' },
])('refuses "$schedule"', ({ schedule, message }) => {
  expect(() => parseCron(schedule)).toThrow(new CronError(message))
})
