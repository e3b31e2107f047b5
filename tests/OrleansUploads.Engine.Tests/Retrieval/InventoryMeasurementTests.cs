using System.Threading.Channels;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Intents;

namespace OrleansUploads.Engine.Tests.Retrieval;

public sealed class InventoryMeasurementTests
{
    private static readonly InventoryOutput Output = new("the vault", 123, null);

    private static readonly UnmeasuredInventory Job = new(
        JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
        new InventorySnapshot(Some.Incarnation, Some.Noon, []),
        new InventorySelection(default, Limit: null, After: null),
        InventoryFormat.Json,
        "the vault",
        new JobOptions(Description.None, Topic: null, RetrievalTier.Standard),
        Some.Noon,
        Some.Noon);

    [Fact]
    public async Task A_process_measures_few_inventories_at_a_time_and_the_others_in_turn()
    {
        var meter = new Meter();
        var measurement = new InventoryMeasurement(new NoShards(), meter);
        var all = Enumerable.Range(0, 5).Select(_ => measurement.MeasureAsync(Job, CancellationToken.None).AsTask()).ToList();
        foreach (var _ in all)
        {
            (await meter.NextAsync()).SetResult(Output);
        }

        Assert.All(await Task.WhenAll(all), output => Assert.Same(Output, output));
        Assert.Equal(InventoryMeasurement.MaxAtOnce, meter.MostAtOnce);
    }

    [Fact]
    public async Task An_inventory_that_cannot_be_measured_makes_room_for_the_next_one()
    {
        var meter = new Meter();
        var measurement = new InventoryMeasurement(new NoShards(), meter);
        for (var i = 0; i <= InventoryMeasurement.MaxAtOnce; i++)
        {
            var failing = measurement.MeasureAsync(Job, CancellationToken.None).AsTask();
            (await meter.NextAsync()).SetException(new IOException("on purpose"));
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

    private sealed class NoShards : IEntityHost
    {
        public ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The snapshot names no shard.");
    }

    /// <summary>Measures each inventory until the test says what the output is.</summary>
    private sealed class Meter : IInventoryMeter
    {
        private readonly Channel<TaskCompletionSource<InventoryOutput>> _begun =
            Channel.CreateUnbounded<TaskCompletionSource<InventoryOutput>>();

        private int _running;

        public int MostAtOnce { get; private set; }

        public ValueTask<TaskCompletionSource<InventoryOutput>> NextAsync() => _begun.Reader.ReadAsync();

        public async ValueTask<InventoryOutput> MeasureAsync(
            UnmeasuredInventory job, IAsyncEnumerable<ArchivesPage> pages, CancellationToken cancellationToken)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
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
