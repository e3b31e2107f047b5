using System.Security.Cryptography;

namespace OrleansUploads.Core.Tests.Hashing;

/// <summary>Repeatable content, and a simple reference implementation of its hashes.</summary>
internal static class Bytes
{
    public const int MiB = TreeHash.LeafBytes;

    public static byte[] Random(int seed, int length) => Some.Bytes(length, seed);

    public static Sha256Digest Sha256Of(ReadOnlySpan<byte> data) => new(SHA256.HashData(data));

    public static Sha256Digest[] LeavesOf(ReadOnlyMemory<byte> data) =>
        [.. Enumerable.Range(0, (data.Length + MiB - 1) / MiB)
            .Select(i => Sha256Of(data.Span[(i * MiB)..Math.Min((i + 1) * MiB, data.Length)]))];

    public static TreeHash TreeHashOf(ReadOnlyMemory<byte> data) => TreeHashOf(LeavesOf(data));

    public static TreeHash TreeHashOf(IReadOnlyList<Sha256Digest> level) => level.Count switch
    {
        0 => new TreeHash(Sha256Of([])),
        1 => new TreeHash(level[0]),
        _ => TreeHashOf([.. level.Chunk(2).Select(pair => pair.Length == 1
            ? pair[0]
            : Sha256Of([.. pair[0].Span, .. pair[1].Span]))]),
    };

    public static Sha256Digest[] RandomDigests(int seed, int count) =>
        [.. Random(seed, count * Sha256Digest.Bytes)
            .Chunk(Sha256Digest.Bytes)
            .Select(bytes => new Sha256Digest(bytes))];

    /// <summary>Cuts the data into chunks of random lengths, some of them empty.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> RandomChunks(ReadOnlyMemory<byte> data, int seed)
    {
        var random = new Random(seed);
        int[] limits = [1, 100, 64 * 1024, MiB, MiB + 1, 6 * MiB];
        while (!data.IsEmpty)
        {
            var limit = limits[random.Next(limits.Length)];
            var length = Math.Min(data.Length, random.Next(4) == 0 ? limit : random.Next(limit + 1));
            yield return data[..length];
            data = data[length..];
        }
    }
}
