using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Engine.Tests.Retrieval;

public sealed class ArchiveReaderTests
{
    private const int MiB = (int)Some.MiB;

    private static readonly byte[] Archive = Some.Bytes((6 * MiB) + (MiB / 2), 1);

    private readonly EngineBench _bench = new();

    private async Task<UploadId> UploadAsync(int partMebibytes)
    {
        var upload = await _bench.OpenFirstUploadAsync(partMebibytes);
        for (var first = 0; first < Archive.Length; first += partMebibytes * MiB)
        {
            await _bench.StoreAsync(upload, first, Archive[first..Math.Min(Archive.Length, first + (partMebibytes * MiB))]);
        }

        await _bench.CompleteAsync(upload, Archive);
        return upload;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    public async Task Any_range_is_returned_byte_for_byte_and_exactly_the_aligned_ones_have_their_tree_hash(int partMebibytes)
    {
        var upload = await UploadAsync(partMebibytes);
        var random = new Random(partMebibytes);
        foreach (var (first, last) in new[]
        {
            (0, Archive.Length - 1), (0, 0), (Archive.Length - 1, Archive.Length - 1), (MiB - 1, MiB), (1, (3 * MiB) + 1),
            (random.Next(MiB), random.Next(2 * MiB, Archive.Length)), (65_535, 65_536), ((2 * MiB) - 1, (4 * MiB) - 1),
        })
        {
            Assert.Equal(Archive[first..(last + 1)], await _bench.ReadAsync(upload, first, last));
        }

        var manifest = await _bench.ReadManifestAsync(upload);
        for (var first = 0; first < Archive.Length; first += MiB)
        {
            for (var end = first + MiB; end < Archive.Length + MiB; end += MiB)
            {
                var range = new PartRange(first, Math.Min(end, Archive.Length) - 1);
                var hash = await _bench.Reader.RangeTreeHashAsync(manifest, range, CancellationToken.None);
                TreeHash? expected = TreeHashRanges.IsTreeHashAligned(range.FirstByte, range.LastByte, Archive.Length)
                    ? TreeHasher.Compute(Archive.AsSpan(first, (int)range.LengthBytes))
                    : null;
                Assert.Equal(expected, hash);
            }
        }
    }

    [Fact]
    public async Task An_archive_whose_parts_have_different_lengths_is_read_by_extents()
    {
        var upload = Some.Upload(1);
        int[] lengths = [MiB + 1, 7, 3 * MiB, 100_000, 1];
        var extents = new List<Extent>();
        var start = 0;
        foreach (var length in lengths)
        {
            var bytes = Archive[start..(start + length)];
            await _bench.Parts.StoreAsync(upload, Some.Attempt(start), bytes);
            extents.Add(new Extent(PartPlace.In(Some.Attempt(start)), length, TreeHasher.Compute(bytes)));
            start += length;
        }

        var whole = TreeHasher.Compute(Archive.AsSpan(0, start));
        var manifest = new Manifest(upload, ArchiveId.Derive(upload, start, whole), start, whole, PartSizeBytes: 0, extents);
        foreach (var (first, last) in new[]
        {
            (0, start - 1), (0, 0), (start - 1, start - 1), (MiB, MiB + 8), (MiB + 1, MiB + 1), (MiB + 8, (4 * MiB) + 7),
        })
        {
            using var copy = new MemoryStream();
            await _bench.Reader.CopyAsync(manifest, new PartRange(first, last), copy, CancellationToken.None);
            Assert.Equal(Archive[first..(last + 1)], copy.ToArray());
        }

        Assert.Equal(whole, await _bench.Reader.RangeTreeHashAsync(manifest, new PartRange(0, start - 1), CancellationToken.None));
        Assert.Null(await _bench.Reader.RangeTreeHashAsync(manifest, new PartRange(0, MiB - 1), CancellationToken.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => manifest.FindExtent(start));
    }

    [Theory]
    [InlineData(0, (6 * MiB) + (MiB / 2) - 1)]
    [InlineData(MiB + 5, (3 * MiB) + 1)]
    [InlineData(5, 6)]
    public async Task In_a_distant_store_the_next_three_parts_are_opened_while_one_is_read_and_none_that_is_not_needed(int first, int last)
    {
        var upload = await UploadAsync(1);
        var distant = new DistantParts(_bench.Parts);
        var reader = new ArchiveReader(distant);
        var manifest = await _bench.ReadManifestAsync(upload);
        var needed = (last / MiB) - (first / MiB) + 1;
        var openedAtFirstByte = 0;
        using var copy = new FirstWrite(() => openedAtFirstByte = distant.Opened);

        await reader.CopyAsync(manifest, new PartRange(first, last), copy, CancellationToken.None);

        Assert.Equal(Archive[first..(last + 1)], copy.ToArray());
        Assert.Equal(Math.Min(4, needed), openedAtFirstByte);
        Assert.Equal((needed, needed), (distant.Opened, distant.Disposed));
    }

    [Fact]
    public async Task Parts_that_were_opened_ahead_are_closed_when_the_client_disconnects()
    {
        var upload = await UploadAsync(1);
        var distant = new DistantParts(_bench.Parts);
        var reader = new ArchiveReader(distant);
        var manifest = await _bench.ReadManifestAsync(upload);
        using var copy = new FirstWrite(static () => throw new IOException("The client is gone."));

        await Assert.ThrowsAsync<IOException>(
            () => reader.CopyAsync(manifest, new PartRange(0, Archive.Length - 1), copy, CancellationToken.None).AsTask());

        Assert.Equal((4, 4), (distant.Opened, distant.Disposed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_part_fails_the_read_behind_the_bytes_before_it(bool isDistant)
    {
        var upload = await UploadAsync(1);
        var reader = isDistant ? new ArchiveReader(new DistantParts(_bench.Parts)) : _bench.Reader;
        var manifest = await _bench.ReadManifestAsync(upload);
        await _bench.Parts.DeleteAttemptAsync(upload, manifest.Extents[1].Place.Attempt!.Value, CancellationToken.None);
        using var copy = new MemoryStream();

        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => reader.CopyAsync(manifest, new PartRange(0, Archive.Length - 1), copy, CancellationToken.None).AsTask());

        Assert.Equal(Archive[..MiB], copy.ToArray());
    }

    private sealed class DistantParts(IPartStore inner) : DelegatingPartStore(inner)
    {
        public int Opened { get; private set; }

        public int Disposed { get; private set; }

        public override bool IsDistant => true;

        public override async ValueTask<IAttemptReader> OpenAsync(
            UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken)
        {
            var reader = await base.OpenAsync(upload, attempt, lengthBytes, cancellationToken);
            Opened++;
            return new Reader(reader, () => Disposed++);
        }

        private sealed class Reader(IAttemptReader inner, Action disposed) : IAttemptReader
        {
            public long LengthBytes => inner.LengthBytes;

            public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
                inner.ReadAsync(offset, buffer, cancellationToken);

            public ValueTask<IReadOnlyList<Sha256Digest>> ReadLeavesAsync(CancellationToken cancellationToken) =>
                inner.ReadLeavesAsync(cancellationToken);

            public ValueTask DisposeAsync()
            {
                disposed();
                return inner.DisposeAsync();
            }
        }
    }

    private sealed class FirstWrite(Action before) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Length == 0)
            {
                before();
            }

            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
