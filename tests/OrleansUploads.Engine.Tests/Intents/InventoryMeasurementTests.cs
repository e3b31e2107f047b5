using System.Collections.Concurrent;
using System.Threading.Channels;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Intents;
using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Engine.Tests.Intents;

public sealed class InventoryMeasurementTests
{
    private static readonly InventoryOutput Output = new("the vault", 123, null);

    private static readonly UnmeasuredInventory Job = JobOf(Some.Incarnation);

    private readonly Meter _meter = new();
    private readonly InventoryMeasurement _measurement;

    public InventoryMeasurementTests() => _measurement = new(new NoShards(), _meter);

    [Fact]
    public async Task A_process_measures_few_inventories_at_a_time_and_the_others_in_turn()
    {
        var all = Enumerable.Range(1, 5).Select(account => MeasureAsync(JobOf(VaultOf(account)))).ToList();
        await EndAllAsync(all.Count);
        Assert.All(await Task.WhenAll(all), output => Assert.Same(Output, output));
        Assert.Equal(InventoryMeasurement.MaxAtOnce, _meter.MostAtOnce);
    }

    [Fact]
    public async Task An_inventory_beside_a_thousand_of_another_account_is_measured_at_once()
    {
        var thousand = Enumerable.Range(1, 1000).Select(limit => MeasureAsync(JobOf(VaultOf(1), limit))).ToList();
        var first = await _meter.NextAsync();
        var other = MeasureAsync(JobOf(VaultOf(2)));
        (await _meter.NextAsync()).SetResult(Output);
        Assert.Same(Output, await other);
        Assert.All(thousand, static job => Assert.False(job.IsCompleted));
        first.SetResult(Output);
        await EndAllAsync(999);
        await Task.WhenAll(thousand);
    }

    [Fact]
    public async Task Jobs_with_the_same_output_share_one_measurement()
    {
        var other = VaultOf(2);
        UnmeasuredInventory[] jobs =
        [
            JobOf(Some.Incarnation, versions: [1, 2]),
            JobOf(Some.Incarnation, versions: [1, 2]) with { Job = JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 2)) },
            JobOf(Some.Incarnation, versions: [1, 3]),
            JobOf(Some.Incarnation, limit: 1, versions: [1, 2]),
            JobOf(Some.Incarnation, versions: [1, 2]) with { Format = InventoryFormat.Csv },
            JobOf(Some.Incarnation, versions: [1, 2]) with { VaultName = "another name" },
            JobOf(other, versions: [1, 2]),
        ];
        var all = jobs.Select(MeasureAsync).ToList();
        await EndAllAsync(jobs.Length - 1);
        await Task.WhenAll(all);
        Assert.Equal(jobs.Except([jobs[1]]), _meter.Measured.OrderBy(job => Array.IndexOf(jobs, job)));
    }

    [Fact]
    public async Task A_job_continues_if_the_one_that_measured_for_it_stops()
    {
        using var stopping = new CancellationTokenSource();
        var stopped = _measurement.MeasureAsync(Job, stopping.Token).AsTask();
        var measured = await _meter.NextAsync();
        var continued = MeasureAsync(Job);
        await stopping.CancelAsync();
        measured.SetCanceled(stopping.Token);
        await EndAllAsync(1);
        Assert.Same(Output, await continued);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
    }

    /// <summary>The shards of the other account are slow, and those of the busy one answer at once.</summary>
    [Fact]
    public async Task Beside_a_thousand_jobs_of_another_account_an_inventory_ends_before_twice_its_pages_are_read()
    {
        long[] versions = [.. Enumerable.Repeat(1L, 64)];
        var shards = new HeldShards();
        var (busy, other) = (VaultOf(1), VaultOf(2));

        // The other account still has its turn when its last page has been read.
        var ofBusy = 0;
        var measurement = new InventoryMeasurement(shards, new CountingMeter(read =>
        {
            if (read.Inventory.Incarnation == other)
            {
                ofBusy = shards.Asked(busy);
            }
        }));
        var thousand = Enumerable.Range(1, 1000)
            .Select(number => measurement.MeasureAsync(JobOf(busy, 1000 + number, versions), CancellationToken.None).AsTask()).ToList();
        var measured = measurement.MeasureAsync(JobOf(other, limit: null, versions), CancellationToken.None).AsTask();
        shards.Release(busy);
        while (!measured.IsCompleted)
        {
            shards.Answer(other);
        }

        Assert.Equal(versions.Length, shards.Asked(other));

        // One page for two, after those that the busy account has asked for before.
        Assert.InRange(ofBusy, 1, (1 + InventoryReader.ShardsAhead) + 1 + (versions.Length / 2));
        await Task.WhenAll(thousand);
        Assert.Equal(1000 * versions.Length, shards.Asked(busy));
    }

    [Fact]
    public async Task An_inventory_that_cannot_be_measured_makes_room_for_the_next_one()
    {
        for (var i = 0; i <= InventoryMeasurement.MaxAtOnce; i++)
        {
            var failing = MeasureAsync(Job);
            (await _meter.NextAsync()).SetException(new IOException("on purpose"));
            await Assert.ThrowsAsync<IOException>(() => failing);
        }
    }

    [Fact]
    public async Task A_process_without_a_meter_reports_the_job()
    {
        var measurement = new InventoryMeasurement(new NoShards(), meter: null);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => measurement.MeasureAsync(Job, CancellationToken.None).AsTask());
        Assert.Contains(Job.Job.ToString(), fault.Message, StringComparison.Ordinal);
    }

    private static VaultIncarnation VaultOf(int account) =>
        new(Some.VaultNamed(Some.AccountNumbered($"{account:d12}"), "photos"), 1);

    private static UnmeasuredInventory JobOf(VaultIncarnation vault, int? limit = null, params IReadOnlyList<long> versions) => new(
        JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
        new InventorySnapshot(vault, Some.Noon, versions),
        new InventorySelection(default, limit, After: null),
        InventoryFormat.Json,
        "the vault",
        new JobOptions(Description.None, Topic: null, RetrievalTier.Standard),
        Some.Noon,
        Some.Noon);

    private Task<InventoryOutput> MeasureAsync(UnmeasuredInventory job) =>
        _measurement.MeasureAsync(job, CancellationToken.None).AsTask();

    private async Task EndAllAsync(int measurements)
    {
        for (var i = 0; i < measurements; i++)
        {
            (await _meter.NextAsync()).SetResult(Output);
        }
    }

    /// <summary>Shards that answer when the test wants it, in the thread of the test, or at once.</summary>
    private sealed class HeldShards : IEntityHost
    {
        private readonly ConcurrentDictionary<string, Shards> _shards = [];

        /// <summary>The number of pages that were asked for.</summary>
        public int Asked(VaultIncarnation vault) => Of(vault.ToString()).Asked;

        /// <summary>Answers the first question that waits.</summary>
        public void Answer(VaultIncarnation vault)
        {
            if (Of(vault.ToString()).Waiting.TryDequeue(out var next))
            {
                next.SetResult(Page());
            }
        }

        /// <summary>Answers all questions from now on.</summary>
        public void Release(VaultIncarnation vault)
        {
            Of(vault.ToString()).IsReleased = true;
            while (!Of(vault.ToString()).Waiting.IsEmpty)
            {
                Answer(vault);
            }
        }

        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            var shards = Of(entity.Key[..entity.Key.LastIndexOf('/')]);
            Interlocked.Increment(ref shards.Asked);
            if (shards.IsReleased)
            {
                return new(Page());
            }

            var answer = new TaskCompletionSource<TrackedAnswer>();
            shards.Waiting.Enqueue(answer);
            return new(answer.Task);
        }

        private static TrackedAnswer Page() => new(new ArchivesPage([Some.Archive(1)], HasMore: false));

        private Shards Of(string vault) => _shards.GetOrAdd(vault, static _ => new());

        private sealed class Shards
        {
            public int Asked;

            public ConcurrentQueue<TaskCompletionSource<TrackedAnswer>> Waiting { get; } = new();

            public bool IsReleased { get; set; }
        }
    }

    private sealed class CountingMeter(Action<UnmeasuredInventory> onRead) : IInventoryMeter
    {
        public async ValueTask<InventoryOutput> MeasureAsync(
            UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken)
        {
            var count = await pages.CountAsync(cancellationToken);
            onRead(job);
            return new("the vault", count, null);
        }
    }

    private sealed class NoShards : IEntityHost
    {
        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The snapshot names no shard.");
    }

    /// <summary>Measures each inventory until the test says what the output is.</summary>
    private sealed class Meter : IInventoryMeter
    {
        private readonly Channel<TaskCompletionSource<InventoryOutput>> _begun =
            Channel.CreateUnbounded<TaskCompletionSource<InventoryOutput>>();

        private int _running;

        public int MostAtOnce { get; private set; }

        public ConcurrentBag<UnmeasuredInventory> Measured { get; } = [];

        public ValueTask<TaskCompletionSource<InventoryOutput>> NextAsync() => _begun.Reader.ReadAsync();

        public async ValueTask<InventoryOutput> MeasureAsync(
            UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
            Measured.Add(job);
            var output = new TaskCompletionSource<InventoryOutput>();
            _begun.Writer.TryWrite(output);
            try
            {
                return await output.Task;
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
