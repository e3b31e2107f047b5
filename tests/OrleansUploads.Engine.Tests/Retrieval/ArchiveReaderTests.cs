using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Retrieval;

public sealed class ArchiveReaderTests
{
    private const int MiB = (int)Some.MiB;

    private static readonly byte[] Archive = Some.Bytes((6 * MiB) + (MiB / 2), 1);

    private readonly EngineBench _bench = new();

    private async Task<UploadId> UploadAsync(int partMebibytes)
    {
        await _bench.CreateVaultAsync();
        var upload = await _bench.OpenUploadAsync(partMebibytes);
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
    public async Task Any_range_comes_back_byte_for_byte(int partMebibytes)
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
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public async Task Every_aligned_range_has_the_tree_hash_of_its_bytes_and_no_other_has_one(int partMebibytes)
    {
        var upload = await UploadAsync(partMebibytes);
        var manifest = await _bench.Reader.ReadManifestAsync(upload, CancellationToken.None);
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
    public async Task An_archive_whose_bytes_are_gone_is_an_error_and_nothing_else()
    {
        var upload = await UploadAsync(4);
        var manifest = await _bench.Reader.ReadManifestAsync(upload, CancellationToken.None);
        await _bench.Parts.DeleteAttemptAsync(upload, manifest.Extents[1].Place.Attempt!.Value, CancellationToken.None);
        await Assert.ThrowsAsync<AttemptDamagedException>(() => _bench.ReadAsync(upload, 0, Archive.Length - 1));
    }
}
