using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Tests.Objects;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Tests.Intake;

/// <summary>Bodies whose bytes are hashed together with those of others.</summary>
public sealed class SharedLanesIntakeTests : IDisposable
{
    private const int MiB = 1 << 20;
    private const int Parts = 24;

    private readonly Queue<Action> _groups = new();
    private readonly List<PartHasher> _others = [];

    public void Dispose() => _others.ForEach(static other => other.Dispose());

    [Fact]
    public async Task Parts_that_arrive_together_are_stored_and_only_a_wrong_hash_is_refused()
    {
        const int Wrong = 5;
        var bench = new EngineBench();
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync(partMebibytes: 2);
        var intake = new PartIntake(bench.Host, bench.Parts, bench.Ids, WithOthers(new SharedLanes(maxGroups: 2)));
        var bodies = Enumerable.Range(0, Parts).Select(static part => Some.Bytes(2 * MiB, part)).ToList();

        var outcomes = await Task.WhenAll(bodies.Select((body, part) => Task.Run(async () =>
        {
            var hashes = EngineBench.Hashes(body);
            var stated = part == Wrong ? hashes with { Linear = EngineBench.Hashes([1]).Linear } : hashes;
            var range = new PartRange((long)part * 2 * MiB, ((part + 1L) * 2 * MiB) - 1);
            return await intake.StorePartAsync(
                upload, Some.Vault, range, stated, new MemoryStream(body), sender: null, CancellationToken.None);
        })));

        for (var part = 0; part < Parts; part++)
        {
            Assert.Equal(part == Wrong ? typeof(Refusal.LinearHashDiffers) : null, outcomes[part].Refusal?.GetType());
        }
    }

    [Fact]
    public async Task A_part_whose_write_fails_keeps_its_memory_until_its_bytes_are_hashed()
    {
        Assert.SkipUnless(SharedLanes.IsSupported, "This processor has no lanes that are faster than one chain.");
        var intake = new PartIntake(new AgreeingHost(), FullStore(), Ids(), WithOthers(new SharedLanes(1, _groups.Enqueue)));
        var body = Some.Bytes(1000, 1);

        var storing = intake.StorePartAsync(
            Some.Upload(1), Some.Vault, new PartRange(0, body.Length - 1), EngineBench.Hashes(body), new MemoryStream(body), sender: null, CancellationToken.None).AsTask();

        await AssertWaitsForItsGroupAsync(storing);
    }

    [Fact]
    public async Task A_numbered_part_whose_write_fails_keeps_its_memory_until_its_bytes_are_hashed()
    {
        Assert.SkipUnless(SharedLanes.IsSupported, "This processor has no lanes that are faster than one chain.");
        var intake = new AttemptIntake(new AgreeingHost(), FullStore(), WithOthers(new SharedLanes(1, _groups.Enqueue)));
        var body = ObjectBench.Body(Some.Bytes(1000, 1));
        using var digests = new ObjectDigests(body, ChecksumAlgorithm.Crc64Nvme);
        var attempt = Ids().NewAttempt();

        var storing = intake.StoreAsync(
            Some.Upload(1),
            attempt,
            body.Content,
            body.LengthBytes,
            digests.NeedLinearHash,
            digests.AppendAsync,
            hashes => digests.Finish(hashes, number: 1, attempt),
            CancellationToken.None).AsTask();

        await AssertWaitsForItsGroupAsync(storing);
    }

    private static FaultyPartStore FullStore() => new(
        new MemoryPartStore(), static step => step.Call == PartStoreCall.Write ? PartStoreFault.Full : PartStoreFault.None);

    private static SeededIds Ids() => new(new ManualTime(), 1);

    /// <summary>Nothing here is asynchronous but the group, so the task waits for nothing else.</summary>
    private async Task AssertWaitsForItsGroupAsync(Task storing)
    {
        Assert.False(storing.IsCompleted);

        _groups.Dequeue()();
        await Assert.ThrowsAsync<PartStoreFullException>(() => storing);
    }

    /// <summary>Puts so many bodies in flight that groups are worth while.</summary>
    private SharedLanes WithOthers(SharedLanes lanes)
    {
        for (var i = 0; i < Parts; i++)
        {
            _others.Add(new PartHasher(withLinearHash: true, lanes, leavesInLanes: true));
        }

        return lanes;
    }

    private sealed class AgreeingHost : IEntityHost
    {
        public ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IAnswer>(Done.Instance);
    }
}
