namespace OrleansUploads.Core.Tests.Service;

public sealed class ServiceTimeTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static DateTimeOffset At(double hour) => Some.Noon + (hour * Hour);

    private static ServedIntervals Served(params (double From, double To)[] hours) => hours.Aggregate(
        ServedIntervals.None, (served, next) => served.With(new ServedInterval(At(next.From), At(next.To))));

    private static ServiceTime Time(double now, ServedIntervals served, double sinceLastBeat = 0, bool isTrusted = true) =>
        ServiceTime.Recorded(At(now), served, sinceLastBeat * Hour, isTrusted, holdsBytes: false);

    [Fact]
    public void An_outage_does_not_count_as_service_time()
    {
        var time = Time(100, Served((0, 4), (90, 99)), sinceLastBeat: 1);

        Assert.Equal(14 * Hour, time.ServedSince(At(0)));
        Assert.Equal(12 * Hour, time.ServedSince(At(2)));
        Assert.Equal(10 * Hour, time.ServedSince(At(4)));
        Assert.Equal(10 * Hour, time.ServedSince(At(50)));
        Assert.Equal(5 * Hour, time.ServedSince(At(95)));
        Assert.Equal(TimeSpan.Zero, time.ServedSince(At(101)));
    }

    [Fact]
    public void Time_before_the_first_beat_does_not_count() =>
        Assert.Equal(Hour, Time(1, Served((0, 1))).ServedSince(At(-1000)));

    [Fact]
    public void Service_time_does_not_advance_while_the_clock_is_not_trusted()
    {
        var time = Time(100, Served((0, 100)), isTrusted: false);

        Assert.Equal(TimeSpan.Zero, time.ServedSince(At(0)));
        Assert.Equal(DateTimeOffset.MinValue, time.ServedAgo(Hour));
    }

    [Fact]
    public void Without_a_record_all_time_counts_as_service_time()
    {
        var time = ServiceTime.Continuous(At(100));

        Assert.Equal(100 * Hour, time.ServedSince(At(0)));
        Assert.Equal(At(90), time.ServedAgo(10 * Hour));
        Assert.Equal(At(7), time.DueAt(At(0), 7 * Hour));
        Assert.Equal(At(200), time.DueAt(At(0), 200 * Hour));
    }

    [Fact]
    public void The_instant_a_given_service_time_ago_is_consistent_with_the_service_time_since_it()
    {
        var random = new Random(1);
        for (var round = 0; round < 80; round++)
        {
            var hours = new List<(double, double)>();
            for (var hour = 0.0; hour < 50;)
            {
                var from = hour + (random.Next(0, 5) * 0.5);
                hour = from + (random.Next(1, 6) * 0.5);
                hours.Add((from, hour));
            }

            var time = Time(hours[^1].Item2 + 3, Served([.. hours]), sinceLastBeat: random.Next(0, 4));
            for (var ask = -2.0; ask < hours[^1].Item2 + 3; ask += 0.25)
            {
                var since = time.ServedSince(At(ask));
                Assert.InRange(since, TimeSpan.Zero, time.Now - At(ask));
                Assert.Equal(since >= 4 * Hour, At(ask) <= time.ServedAgo(4 * Hour));
                Assert.Equal(since >= 4 * Hour, time.DueAt(At(ask), 4 * Hour) <= time.Now);
            }
        }
    }

    [Fact]
    public void While_the_clock_is_not_trusted_nothing_later_than_the_last_beat_is_due()
    {
        var served = Served((0, 90));
        Assert.Equal(At(100), Time(100, served).DueBy);
        Assert.Equal(At(90), Time(100, served, isTrusted: false).DueBy);
        Assert.Equal(DateTimeOffset.MinValue, Time(80, served, isTrusted: false).DueBy);
        Assert.Equal(DateTimeOffset.MinValue, Time(100, ServedIntervals.None, isTrusted: false).DueBy);
    }

    [Fact]
    public void Overlapping_intervals_of_two_hosts_count_once()
    {
        var served = Served((0, 2), (1, 3), (2.5, 2.75));

        Assert.Equal([new ServedInterval(At(0), At(3))], served.InOrder);
    }

    [Fact]
    public void The_neighbours_with_the_smallest_gap_are_merged()
    {
        var served = Served([.. Enumerable.Range(0, ServedIntervals.MaxIntervals + 1).Select(i => (2.0 * i, (2.0 * i) + (i == 100 ? 1.5 : 1)))]);

        Assert.Equal(new ServedInterval(At(200), At(202.5)), served.InOrder[100]);
        Assert.Equal(new ServedInterval(At(204), At(205)), served.InOrder[101]);
    }

    [Fact]
    public void The_record_is_bounded_and_never_overstates_service_time()
    {
        var random = new Random(1);
        var all = new List<ServedInterval>();
        var served = ServedIntervals.None;
        for (var hour = 0.0; all.Count < 2000;)
        {
            var from = hour + 0.5 + (random.Next(10) * 0.5);
            hour = from + (random.Next(10) * 0.5);
            all.Add(new ServedInterval(At(from), At(hour)));
            served = served.With(all[^1]);
        }

        Assert.Equal(ServedIntervals.MaxIntervals, served.InOrder.Length);
        Assert.Equal(all[^1].To, served.Last);
        Assert.Equal(all.Sum(interval => interval.Length.Ticks), served.TotalSince(At(-1)).Ticks);
        for (var since = At(0); since < served.Last; since += TimeSpan.FromHours(23.25))
        {
            var expected = all.Where(interval => interval.To > since)
                .Sum(interval => (interval.To - (interval.From > since ? interval.From : since)).Ticks);
            Assert.InRange(served.TotalSince(since).Ticks, 0, expected);
        }
    }
}
