using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Engine.Tests.Objects;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Tests.Intake;

/// <summary>Bodies whose bytes are hashed together with those of others.</summary>
public sealed class SharedLanesIntakeTests : IDisposable
{
    private const int MiB = 1 << 20;
    private const int Parts = 24;

    private readonly List<PartHasher> _others = [];

    public void Dispose() => _others.ForEach(static other => other.Dispose());

    [Fact]
    public async Task Parts_that_arrive_together_are_stored_and_only_a_wrong_hash_is_refused()
    {
        const int Wrong = 5;
        var bench = new EngineBench();
        var upload = await bench.OpenFirstUploadAsync(partMebibytes: 2);
        var intake = new ArchiveIntake(
            bench.Host, bench.Parts, bench.Ids, bench.Time, lanes: WithOthers(new SharedLanes(maxGroups: 2)));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Parts).Select(part => Task.Run(async () =>
        {
            var body = Some.Bytes(2 * MiB, part);
            var hashes = ClientCalls.Hashes(body);
            var stated = part == Wrong ? hashes with { Linear = ClientCalls.Hashes([1]).Linear } : hashes;
            var range = new PartRange((long)part * 2 * MiB, ((part + 1L) * 2 * MiB) - 1);
            return await intake.StorePartAsync(
                upload, ClientCalls.Incarnation, range, stated, new MemoryStream(body), sender: null, CancellationToken.None);
        })));

        for (var part = 0; part < Parts; part++)
        {
            Assert.Equal(part == Wrong ? typeof(Refusal.LinearHashDiffers) : null, outcomes[part].Refusal?.GetType());
        }
    }

    [Fact]
    public async Task Bodies_of_objects_that_arrive_together_get_their_MD5_and_only_a_wrong_one_is_refused()
    {
        const int Wrong = 5;
        var lanes = new SharedLanes(maxGroups: 2);
        var time = new ManualTime();
        var ids = new SeededIds(time, 1);
        var attempts = new AttemptIntake(new AgreeingHost(), new MemoryPartStore(), lanes, new MaintenanceOptions());

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Parts).Select(part => Task.Run(async () =>
        {
            var bytes = Some.Bytes((part * 100_000) + 70_000, part);
            var stated = Md5Digest.Compute(part == Wrong ? [1] : bytes);
            var body = ObjectBench.Body(bytes, new StatedDigests(stated, Checksum: null));
            using var digests = new ObjectDigests(body, ChecksumAlgorithm.Crc64Nvme, lanes);
            return await StoreOfObjectAsync(attempts, body, digests, ids.NewAttempt(), upload: part);
        })));

        for (var part = 0; part < Parts; part++)
        {
            Assert.Equal(part == Wrong ? typeof(ObjectRefusal.Md5Differs) : null, outcomes[part].Refusal?.GetType());
        }
    }

    [Fact]
    public async Task An_object_whose_write_fails_keeps_its_memory_until_its_MD5_is_computed()
    {
        Assert.SkipUnless(SharedLanes.IsSupported, "This processor has no lanes that are faster than one chain.");
        var groups = new Queue<Action>();
        var lanes = new SharedLanes(1, groups.Enqueue);
        using var other = new Md5Hasher(lanes);
        var full = new FaultyPartStore(
            new MemoryPartStore(), static step => step.Call == PartStoreCall.Write ? PartStoreFault.Full : PartStoreFault.None);
        var body = ObjectBench.Body(Some.Bytes(100_000, 1));
        using var digests = new ObjectDigests(body, ChecksumAlgorithm.Crc64Nvme, lanes);
        var intake = new AttemptIntake(new AgreeingHost(), full, lanes, new MaintenanceOptions());
        var storing = StoreOfObjectAsync(intake, body, digests, new SeededIds(new ManualTime(), 1).NewAttempt());

        Assert.False(storing.IsCompleted);
        groups.Dequeue()();
        await Assert.ThrowsAsync<PartStoreFullException>(() => storing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_part_whose_write_fails_keeps_its_memory_until_its_bytes_are_hashed(bool isOfObject)
    {
        Assert.SkipUnless(SharedLanes.IsSupported, "This processor has no lanes that are faster than one chain.");
        var groups = new Queue<Action>();
        var lanes = WithOthers(new SharedLanes(1, groups.Enqueue));
        var full = new FaultyPartStore(
            new MemoryPartStore(), static step => step.Call == PartStoreCall.Write ? PartStoreFault.Full : PartStoreFault.None);
        var time = new ManualTime();
        var ids = new SeededIds(time, 1);
        var body = ObjectBench.Body(Some.Bytes(1000, 1));
        using var digests = new ObjectDigests(body, ChecksumAlgorithm.Crc64Nvme, lanes);
        Task storing = isOfObject
            ? StoreOfObjectAsync(
                new AttemptIntake(new AgreeingHost(), full, lanes, new MaintenanceOptions()), body, digests, ids.NewAttempt())
            : new ArchiveIntake(new AgreeingHost(), full, ids, time, lanes: lanes).StoreAsync(Some.Upload(1), 0, Some.Bytes(1000, 1));

        // Nothing here is asynchronous but the group, so the task waits for nothing else.
        Assert.False(storing.IsCompleted);
        groups.Dequeue()();
        await Assert.ThrowsAsync<PartStoreFullException>(() => storing);
    }

    private static async Task<Outcome<NumberedPart>> StoreOfObjectAsync(
        AttemptIntake intake, ObjectBody body, ObjectDigests digests, AttemptId attempt, int upload = 1) =>
        await intake.StoreAsync(
            Some.Upload(upload),
            attempt,
            body.Content,
            body.LengthBytes,
            digests.NeedLinearHash,
            digests.AppendAsync,
            hashes => digests.Finish(hashes, number: 1, attempt),
            CancellationToken.None);

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
        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new TrackedAnswer(Done.Instance));
    }
}
