using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class DueEntitiesTests
{
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();

    [Fact]
    [Promise("cluster.md", "the database is down")]
    public async Task While_the_database_is_down_the_log_has_the_cause_at_most_ten_times_a_minute()
    {
        var log = new RecordedLog();
        var wakes = new NoWakes();
        var silo = SiloAddress.New(IPAddress.Loopback, 1, generation: 1);
        var members = new PublishedMembers();
        members.Publish((silo, SiloStatus.Active));
        using var due = new DueEntities(
            new SharedStore(null!, wakes, null!),
            new SiloShare(members, new SiloDetails(silo)),
            new ContinuousClock(_time),
            null!,
            new EntityClusterOptions { Time = _time },
            LoggerOf(log));
        await due.StartAsync(CancellationToken.None);
        await Eventually.BecomesTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(wakes.Asked > 2 * LogRate.MaxMessages);
            },
            "the scan is tried again and again");
        await due.StopAsync(CancellationToken.None);

        var windows = 1 + (int)((_time.GetUtcNow() - new ManualTime().GetUtcNow()) / Outage);
        Assert.InRange(log.Entries.Count, 1, windows * LogRate.MaxMessages);
    }

    private static ILogger<DueEntities> LoggerOf(RecordedLog log)
    {
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(log));
        return factory.CreateLogger<DueEntities>();
    }

    private sealed class NoWakes : ISharedWakeIndex
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(
            DateTimeOffset dueAt, int limit, WakeShare share, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            throw new JournalUnavailableException("The database does not answer.");
        }
    }
}
