using OrleansUploads.Engine.Receiving;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Intake;

/// <summary>Random histories of nodes that write and report, lie and repeat, while the journal fails, the process is replaced, and the
/// collector runs.</summary>
public sealed class DirectHistoryTests
{
    private const int Steps = 25;
    private const int PlantedSeeds = 100;

    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private static readonly byte[][] Contents =
        [Some.Bytes((int)Some.MiB, 1), Some.Bytes((int)Some.MiB, 2), Some.Bytes(1000, 3)];

    private static readonly byte[] Archive = [.. Contents[0], .. Contents[1], .. Contents[2]];

    /// <summary>Mistakes that the histories must find.</summary>
    public enum Mistake
    {
        None,

        /// <summary>A report is believed.</summary>
        ReportNotVerified,

        /// <summary>Bytes are returned as they are stored.</summary>
        LeavesNotChecked,

        /// <summary>A refused report deletes what it names.</summary>
        RefusalDeletes,
    }

    [Fact]
    public async Task An_archive_has_the_bytes_of_its_tree_hash_or_an_error_where_a_node_lied_and_nothing_leaks()
    {
        foreach (var seed in Enumerable.Range(0, 25).Concat(Enumerable.Range(CommitSeed.First, 5)))
        {
            var fault = await FindFaultAsync(seed, Mistake.None);
            Assert.True(fault is null, $"Seed {seed}: {fault}");
        }
    }

    [Theory]
    [InlineData(Mistake.ReportNotVerified)]
    [InlineData(Mistake.LeavesNotChecked)]
    [InlineData(Mistake.RefusalDeletes)]
    public async Task A_mistake_is_found(Mistake planted)
    {
        for (var seed = 0; seed < PlantedSeeds; seed++)
        {
            if (await FindFaultAsync(seed, planted) is not null)
            {
                return;
            }
        }

        Assert.Fail($"{planted} was not found in {PlantedSeeds} seeds.");
    }

    private static PartRange RangeOf(int slot) => new(slot * Some.MiB, (slot * Some.MiB) + Contents[slot].Length - 1);

    /// <summary>Plays a history, completes the upload, and checks the archive.</summary>
    /// <returns>What is wrong, or null.</returns>
    private static async Task<string?> FindFaultAsync(int seed, Mistake planted)
    {
        var random = new Random(seed);
        var faults = new Random(seed);
        var fails = false;
        var bench = new EngineBench(
            inner => new FaultyJournal(inner, call => !fails || call.Operation != JournalOperation.Append || faults.Next(12) > 0 ? JournalFault.None
                : faults.Next(2) == 0 ? JournalFault.FailBefore : JournalFault.FailAfter),
            parts => new GrantingPartStore(planted == Mistake.LeavesNotChecked ? new UncheckedParts(parts) : parts));
        var upload = await bench.OpenFirstUploadAsync();
        var granted = new List<(int Slot, AttemptId Attempt)>();
        var lies = new HashSet<AttemptId>();
        fails = true;
        for (var step = 0; step < Steps; step++)
        {
            var slot = random.Next(Contents.Length);
            switch (random.Next(8))
            {
                case 0 or 1:
                    granted.Add((slot, await GrantAsync(slot)));
                    break;
                case 2 or 3 when granted.Count > 0:
                    await WriteAsync(granted[random.Next(granted.Count)], random.Next(5));
                    break;
                case 4 when granted.Count > 0:
                    var (own, attempt) = granted[random.Next(granted.Count)];
                    await ReportAsync(random.Next(4) == 0 ? slot : own, attempt);
                    break;
                case 5:
                    await bench.UntilAnsweredAsync(() => bench.StoreAsync(upload, slot * Some.MiB, Contents[slot]));
                    break;
                case 6:
                    bench.Crash();
                    break;
                default:
                    bench.Time.Advance(TimeSpan.FromMinutes(random.Next(90)));
                    await bench.CollectAsync(Grace);
                    break;
            }
        }

        fails = false;
        bench.Crash();
        var has = (await bench.ListPartsAsync(upload)).Select(static part => part.Range).ToHashSet();
        foreach (var slot in Enumerable.Range(0, Contents.Length).Where(missing => !has.Contains(RangeOf(missing))))
        {
            var attempt = await GrantAsync(slot);
            await WriteAsync((slot, attempt), kind: 2);
            await ReportAsync(slot, attempt);
        }

        await bench.CompleteAsync(upload, Archive);
        if (granted.Count > 0)
        {
            var (own, attempt) = granted[random.Next(granted.Count)];
            await ReportAsync(own, attempt);
        }

        return await FindFaultAsync(bench, upload, lies);

        async Task<AttemptId> GrantAsync(int slot) => (await bench.UntilAnsweredAsync(async () => await IntakeOf(bench).GrantAsync(
            upload, ClientCalls.Incarnation, [RangeOf(slot)], atMost: null, CancellationToken.None))).Answer.Writes[0].Attempt;

        async Task WriteAsync((int Slot, AttemptId Attempt) grant, int kind)
        {
            var truth = Contents[grant.Slot];
            var other = Some.Bytes(truth.Length, 9);
            try
            {
                await using var writer = await bench.Parts.CreateAsync(upload, grant.Attempt, truth.Length, CancellationToken.None);
                await writer.WriteAsync(kind < 2 ? other : truth, CancellationToken.None);
                await writer.CommitAsync(PartBytes.Leaves(kind == 1 ? other : truth), CancellationToken.None);
                if (kind == 0)
                {
                    lies.Add(grant.Attempt);
                }
            }
            catch (InvalidOperationException)
            {
                // The store refuses a second write, and the node asks for another grant.
            }
        }

        async Task ReportAsync(int slot, AttemptId attempt)
        {
            var hash = TreeHasher.Compute(Contents[slot]);
            var outcome = await bench.UntilAnsweredAsync(async () => planted == Mistake.ReportNotVerified
                ? await bench.Host.AskAsync(
                    upload.Entity, new StorePart(ClientCalls.Incarnation, RangeOf(slot), hash, attempt), CancellationToken.None)
                : (await IntakeOf(bench).ReportAsync(
                    upload, ClientCalls.Incarnation, [new(RangeOf(slot), hash, attempt)], sender: null, CancellationToken.None))[0]);
            if (planted == Mistake.RefusalDeletes && outcome.Refusal is not null)
            {
                await bench.Parts.DeleteAttemptAsync(upload, attempt, CancellationToken.None);
            }
        }
    }

    private static async Task<string?> FindFaultAsync(EngineBench bench, UploadId upload, HashSet<AttemptId> lies)
    {
        await Eventually.BecomesTrueAsync(
            async () => await bench.Parts.ReadManifestAsync(upload, CancellationToken.None) is not null, "the manifest is stored");
        var manifest = await bench.ReadManifestAsync(upload);
        for (var slot = 0; slot < Contents.Length; slot++)
        {
            var attempt = manifest.Extents[slot].Place.Attempt!.Value;
            try
            {
                if (!(await bench.ReadAsync(upload, RangeOf(slot).FirstByte, RangeOf(slot).LastByte)).AsSpan().SequenceEqual(Contents[slot]))
                {
                    return $"part {slot} has other bytes";
                }
            }
            catch (AttemptDamagedException damaged)
            {
                if (!lies.Contains(attempt))
                {
                    return $"part {slot} cannot be read although no node lied: {damaged.Message}";
                }
            }
        }

        bench.Time.Advance(2 * Grace);
        await bench.CollectAsync(Grace);
        var owned = manifest.Extents.Select(static extent => extent.Place.Attempt!.Value).Order();
        var stored = (await bench.StoredAsync(upload)).Order();
        return owned.SequenceEqual(stored) ? null : "the store has other attempts than the archive owns";
    }

    private static DirectIntake IntakeOf(EngineBench bench) =>
        new(bench.Host, bench.Parts, bench.Ids, bench.Time, new MaintenanceOptions(), new WriteClaims(bench.Time));

    /// <summary>Returns the bytes of attempts as they were written.</summary>
    private sealed class UncheckedParts(IPartStore inner) : DelegatingPartStore(inner)
    {
        private readonly Dictionary<AttemptId, byte[]> _written = [];

        public override async ValueTask<IAttemptWriter> CreateAsync(
            UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken) =>
            new Writer(await Inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken), bytes => _written[attempt] = bytes);

        public override async ValueTask<IAttemptReader> OpenAsync(
            UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
            new Reader(await Inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken), _written[attempt]);

        private sealed class Writer(IAttemptWriter inner, Action<byte[]> committed) : IAttemptWriter
        {
            private readonly List<byte> _bytes = [];

            public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
            {
                _bytes.AddRange(bytes.Span);
                return inner.WriteAsync(bytes, cancellationToken);
            }

            public async ValueTask CommitAsync(ReadOnlyMemory<Sha256Digest> leaves, CancellationToken cancellationToken)
            {
                await inner.CommitAsync(leaves, cancellationToken);
                committed([.. _bytes]);
            }

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }

        private sealed class Reader(IAttemptReader inner, byte[] bytes) : IAttemptReader
        {
            public long LengthBytes => inner.LengthBytes;

            public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
            {
                var count = (int)Math.Min(buffer.Length, bytes.Length - offset);
                bytes.AsMemory((int)offset, count).CopyTo(buffer);
                return ValueTask.FromResult(count);
            }

            public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
                inner.ReadLeavesAsync(cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
