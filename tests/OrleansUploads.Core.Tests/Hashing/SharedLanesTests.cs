using System.Buffers;

namespace OrleansUploads.Core.Tests.Hashing;

public class SharedLanesTests
{
    /// <summary>Enough for lanes to be worth while on any processor, and at least as many as the widest one hashes at a time.</summary>
    private const int Bodies = 16;
    private const int PieceBytes = 256 * 1024;

    private static readonly byte[] Data = Bytes.Random(1, (8 * Bytes.MiB) + 1000);

    private readonly Queue<Action> _groups = new();
    private readonly SharedLanes _lanes;

    public SharedLanesTests()
    {
        Assert.SkipUnless(SharedLanes.IsSupported, "This platform's hashes do not tell their state.");
        _lanes = new SharedLanes(maxGroups: 1, _groups.Enqueue);
    }

    [Fact]
    public async Task A_group_takes_what_arrived_before_it_began()
    {
        using var bodies = new Many(Bodies, _lanes);
        var hashed = bodies.Hashers.Take(LaneBatch.MaxLanes).Select((hasher, body) => Append(hasher, Bytes.MiB * (body % 2))).ToList();
        Assert.All(hashed, static task => Assert.False(task.IsCompleted));

        Assert.Single(_groups);
        _groups.Dequeue()();
        await Task.WhenAll(hashed);

        var late = Append(bodies.Hashers[0], at: 0);
        Assert.False(late.IsCompleted);
        _groups.Dequeue()();
        await late;
        Assert.Equal(Bytes.Sha256Of(Data.AsSpan(Bytes.MiB, 1024)), bodies.Hashers[1].Finish().Linear!.Value.Digest);

        async Task Append(PartHasher hasher, int at) => await hasher.AppendAsync(Data.AsMemory(at, 1024));
    }

    [Fact]
    public async Task More_bodies_than_lanes_are_hashed_in_several_groups()
    {
        using var bodies = new Many(40, _lanes);
        var hashed = bodies.Hashers.Select(static hasher => hasher.AppendAsync(Data.AsMemory(0, 640)).AsTask()).ToList();
        var groups = HashAll();
        await Task.WhenAll(hashed);

        // The last one finds nothing to do.
        Assert.Equal((40 + LaneBatch.MaxLanes - 1) / LaneBatch.MaxLanes, groups - 1);
        Assert.All(bodies.Hashers, static hasher => Assert.Equal(Bytes.Sha256Of(Data.AsSpan(0, 640)), hasher.Finish().Linear!.Value.Digest));
    }

    [Fact]
    public async Task Pieces_of_different_lengths_get_their_hashes_in_one_group()
    {
        using var bodies = new Many(Bodies, _lanes);
        var hashed = bodies.Hashers.Take(LaneBatch.MaxLanes)
            .Select(static (hasher, body) => hasher.AppendAsync(Data.AsMemory(body, Length(body))).AsTask()).ToList();
        _groups.Dequeue()();
        await Task.WhenAll(hashed);
        for (var body = 0; body < hashed.Count; body++)
        {
            Assert.Equal(Bytes.Sha256Of(Data.AsSpan(body, Length(body))), bodies.Hashers[body].Finish().Linear!.Value.Digest);
        }

        static int Length(int body) => 64 + (body * body * 97);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(Bodies, true)]
    [InlineData(Bodies, false)]
    public async Task Bodies_in_flight_get_the_hashes_of_a_part(int others, bool withLinearHash)
    {
        var lanes = new SharedLanes(maxGroups: 2);
        using var many = new Many(others, lanes);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(seed => Task.Run(async () =>
        {
            var part = Data.AsMemory(0, new Random(seed).Next(Data.Length + 1));
            using var hasher = new PartHasher(withLinearHash, lanes, leavesInLanes: true);
            foreach (var piece in seed % 2 == 0 ? Pieces(part, seed % 4 == 0 ? PieceBytes : 384 * 1024) : Bytes.RandomChunks(part, seed))
            {
                await hasher.AppendAsync(piece);
            }

            var hashes = hasher.Finish();
            Assert.Equal(part.Length, hashes.LengthBytes);
            Assert.Equal(withLinearHash ? new LinearHash(Bytes.Sha256Of(part.Span)) : null, hashes.Linear);
            Assert.Equal(Bytes.LeavesOf(part), hashes.Leaves);
            Assert.Equal(Bytes.TreeHashOf(part), hashes.Tree);
        })));
    }

    [Theory]
    [InlineData(PieceBytes)]
    [InlineData(384 * 1024)]
    public async Task Leaves_may_be_appended_by_themselves(int pieceBytes)
    {
        using var many = new Many(Bodies, _lanes);
        using var hasher = new PartHasher(withLinearHash: true, _lanes, leavesInLanes: false);
        foreach (var piece in Pieces(Data, pieceBytes))
        {
            var hashed = hasher.AppendAsync(piece).AsTask();
            HashAll();
            await hashed;
        }

        hasher.AppendTree(Data);
        var hashes = hasher.Finish();
        Assert.Equal(Bytes.Sha256Of(Data), hashes.Linear!.Value.Digest);
        Assert.Equal(Bytes.LeavesOf(Data), hashes.Leaves);
    }

    [Fact]
    public async Task A_body_does_not_wait_for_a_group_while_few_are_in_flight()
    {
        using (var many = new Many(Bodies, _lanes))
        {
            var waiting = many.Hashers[0].AppendAsync(Data.AsMemory(0, 64)).AsTask();
            Assert.False(waiting.IsCompleted);
            _groups.Dequeue()();
            await waiting;
        }

        using var hasher = new PartHasher(withLinearHash: true, _lanes, leavesInLanes: true);
        Assert.True(hasher.AppendAsync(Data.AsMemory(0, 64)).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_group_that_fails_fails_its_bodies_and_the_next_group_succeeds()
    {
        using var many = new Many(Bodies, _lanes);
        using var broken = new UnpinnableMemory();
        var failed = many.Hashers[0].AppendAsync(Data.AsMemory(0, 64)).AsTask();
        var unpinnable = many.Hashers[1].AppendAsync(broken.Memory).AsTask();
        _groups.Dequeue()();
        await Assert.ThrowsAsync<NotSupportedException>(() => unpinnable);
        await Assert.ThrowsAsync<NotSupportedException>(() => failed);

        var next = many.Hashers[2].AppendAsync(Data.AsMemory(0, 64)).AsTask();
        _groups.Dequeue()();
        await next;
        Assert.Equal(Bytes.Sha256Of(Data.AsSpan(0, 64)), many.Hashers[2].Finish().Linear!.Value.Digest);
    }

    [Fact]
    public async Task MD5_of_two_bodies_is_hashed_together_and_of_one_alone()
    {
        using var one = new Md5Hasher(_lanes);
        Assert.False(one.CanJoinLanes);
        using (var other = new Md5Hasher(_lanes))
        {
            one.Append(Data.AsSpan(0, 64));
            var first = one.AppendInLanesAsync(Data.AsMemory(64, 1000));
            var second = other.AppendInLanesAsync(Data.AsMemory(5, 5000));
            Assert.False(first.IsCompleted || second.IsCompleted);
            Assert.Single(_groups);
            _groups.Dequeue()();
            await Task.WhenAll(first, second);

            // The last bytes were no whole block.
            Assert.False(one.CanJoinLanes);
            Assert.Equal(Md5Digest.Compute(Data.AsSpan(5, 5000)), other.Finish());
            Assert.True(other.CanJoinLanes);
        }

        Assert.Equal(Md5Digest.Compute(Data.AsSpan(0, 1064)), one.Finish());
        Assert.False(one.CanJoinLanes);
    }

    [Fact]
    public async Task Bodies_in_flight_get_their_MD5()
    {
        var lanes = new SharedLanes(maxGroups: 2);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(seed => Task.Run(async () =>
        {
            var part = Data.AsMemory(0, new Random(seed).Next(Data.Length + 1));
            using var hasher = new Md5Hasher(lanes);
            foreach (var piece in seed % 2 == 0 ? Pieces(part, PieceBytes) : Bytes.RandomChunks(part, seed))
            {
                await (hasher.CanJoinLanes ? hasher.AppendInLanesAsync(piece) : Task.Run(() => hasher.Append(piece.Span)));
            }

            Assert.Equal(Md5Digest.Compute(part.Span), hasher.Finish());
        })));
    }

    private int HashAll()
    {
        var groups = 0;
        for (; _groups.TryDequeue(out var hash); groups++)
        {
            hash();
        }

        return groups;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlyMemory<byte> part, int pieceBytes)
    {
        for (var at = 0; at < part.Length; at += pieceBytes)
        {
            yield return part.Slice(at, Math.Min(pieceBytes, part.Length - at));
        }
    }

    private sealed class Many(int count, SharedLanes lanes) : IDisposable
    {
        public IReadOnlyList<PartHasher> Hashers { get; } =
            [.. Enumerable.Range(0, count).Select(_ => new PartHasher(withLinearHash: true, lanes, leavesInLanes: false))];

        public void Dispose()
        {
            foreach (var hasher in Hashers)
            {
                hasher.Dispose();
            }
        }
    }

    private sealed class UnpinnableMemory : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(64);

        public override Span<byte> GetSpan() => new byte[64];

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
