using System.Security.Cryptography;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Engine.Tests.Intake;

public sealed class BodyWindowTests
{
    private const int MiB = 1024 * 1024;

    private static readonly byte[] Bytes = PartBytes.Of(19 * MiB, seed: 1);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(BodyWindow.PieceBytes + 1, BodyWindow.PieceBytes + 1)]
    [InlineData((8 * MiB) - 1, (8 * MiB) - 1)]
    [InlineData(8 * MiB, 8 * MiB)]
    [InlineData((8 * MiB) + 1, (8 * MiB) + 1)]
    [InlineData((18 * MiB) + 12_345, (18 * MiB) + 12_345)]
    [InlineData(16 * MiB, 7 * MiB)]
    [InlineData(6 * MiB, 17 * MiB)]
    public async Task A_body_of_any_length_comes_out_in_pieces_and_gets_the_hashes_of_what_came(int announcedBytes, int lengthBytes)
    {
        foreach (var withLinearHash in new[] { true, false })
        {
            using var window = new BodyWindow(announcedBytes, withLinearHash, lanes: null);

            Assert.Equal(Bytes[..lengthBytes], await ReadAllAsync(window, lengthBytes));

            AssertHashesOf(lengthBytes, window.Finish(), withLinearHash);
        }
    }

    [Fact]
    public async Task Bodies_beyond_the_memory_for_batches_get_their_hashes_too()
    {
        const int MoreThanThereAreBatches = 12;
        var windows = Enumerable.Range(0, MoreThanThereAreBatches)
            .Select(_ => new BodyWindow(9 * MiB, withLinearHash: true, lanes: null)).ToList();
        foreach (var window in windows)
        {
            await ReadAllAsync(window, 9 * MiB);
        }

        foreach (var window in windows)
        {
            AssertHashesOf(9 * MiB, window.Finish());
            window.Dispose();
        }
    }

    private static async Task<byte[]> ReadAllAsync(BodyWindow window, int lengthBytes)
    {
        using var body = new MemoryStream(Bytes, 0, lengthBytes);
        using var all = new MemoryStream();
        while (await window.ReadAsync(body, CancellationToken.None) is { IsEmpty: false } piece)
        {
            await window.AppendAsync(piece);
            all.Write(piece.Span);
        }

        return all.ToArray();
    }

    private static void AssertHashesOf(int lengthBytes, PartHashes hashes, bool withLinearHash = true)
    {
        var bytes = Bytes.AsSpan(0, lengthBytes);
        Assert.Equal(lengthBytes, hashes.LengthBytes);
        LinearHash? linear = withLinearHash ? new LinearHash(new Sha256Digest(SHA256.HashData(bytes))) : null;
        Assert.Equal(linear, hashes.Linear);
        Assert.Equal(PartBytes.Leaves(bytes), hashes.Leaves);
        Assert.Equal(TreeHasher.Compute(bytes), hashes.Tree);
    }
}
