using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Failover;

public sealed class RepeatedReportTests
{
    [Fact]
    public async Task A_report_that_is_refused_when_a_gateway_repeats_it_does_not_delete_the_bytes()
    {
        var parts = new MemoryPartStore();
        var host = new FailoverHost(new HostWhoseFirstReportIsLost(), new FailoverOptions(), TimeProvider.System, CancellationToken.None);
        var stored = await StoreAsync(host, parts);

        Assert.IsType<Refusal.UploadNotFound>(stored.Refusal);
        Assert.Single(await parts.AllAttemptsAsync(Some.Upload(1), CancellationToken.None));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_report_that_the_storage_refuses_is_refused_unless_an_earlier_one_may_have_been_carried_out(int lost, bool isRefused)
    {
        var host = new HostWithoutAnswers(lost);

        var fault = await Assert.ThrowsAsync<EntityUnavailableException>(() => StoreAsync(host, new MemoryPartStore()));

        Assert.Equal(isRefused, fault.IsRefused);
        Assert.Equal(lost + 1, host.Reports);
    }

    private static async Task<Outcome<Done>> StoreAsync(IEntityHost host, MemoryPartStore parts)
    {
        var intake = new ArchiveIntake(host, parts, new SeededIds(TimeProvider.System, 1), TimeProvider.System);
        byte[] bytes = [1, 2, 3];
        using var hasher = new PartHasher();
        hasher.Append(bytes);
        var hashes = hasher.Finish();
        return await intake.StorePartAsync(
            Some.Upload(1),
            Some.Incarnation,
            new PartRange(0, bytes.Length - 1),
            new StatedHashes(hashes.Linear, hashes.Tree),
            new MemoryStream(bytes),
            sender: null,
            CancellationToken.None);
    }

    /// <summary>The storage refuses all reports but the first ones, whose outcome is unknown.</summary>
    private sealed class HostWithoutAnswers(int lost) : IEntityHost
    {
        public int Reports { get; private set; }

        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            command is not StorePart ? ValueTask.FromResult(new TrackedAnswer(Done.Instance))
            : throw new EntityUnavailableException(entity, "there is no answer.") { IsRefused = Reports++ >= lost };
    }

    /// <summary>The first report takes effect, and its answer is lost with its silo. Before the second, the upload is completed.</summary>
    private sealed class HostWhoseFirstReportIsLost : IEntityHost
    {
        private int _reports;

        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            command is not StorePart ? ValueTask.FromResult(new TrackedAnswer(Done.Instance))
            : _reports++ > 0 ? ValueTask.FromResult(new TrackedAnswer(new Refusal.UploadNotFound()))
            : throw new EntityUnavailableException(entity, "the cluster did not answer; try again.") { IsFailover = true };
    }
}
