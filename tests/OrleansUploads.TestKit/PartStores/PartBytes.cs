using System.Security.Cryptography;
using OrleansUploads.Core.Archives;
using OrleansUploads.Hashing;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>IDs and bytes for tests of part stores, determined by a seed.</summary>
public static class PartBytes
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static UploadId Upload(int seed) => UploadId.FromRandom(Of(UploadId.RandomBytes, seed));

    /// <summary>The upload of a single request with <see cref="Attempt"/> of the same seed.</summary>
    public static UploadId SingleRequest(int seed) => OnlyAttempt.UploadOf(Attempt(seed), Of(OnlyAttempt.RandomBytes, seed));

    public static AttemptId Attempt(int seed) =>
        AttemptId.Create(Epoch.AddMilliseconds(seed), Of(AttemptId.RandomBytes, seed));

    /// <summary>An attempt that a node writes.</summary>
    public static AttemptId GrantedAttempt(int seed, int number = 1) =>
        AttemptId.CreateGranted(Epoch.AddMilliseconds(seed), number, Of(AttemptId.GrantedRandomBytes, seed));

    public static byte[] Of(int lengthBytes, int seed) => Some.Bytes(lengthBytes, seed);

    /// <summary>The SHA-256 digest of each MiB.</summary>
    public static Sha256Digest[] Leaves(ReadOnlySpan<byte> bytes)
    {
        var leaves = new Sha256Digest[(bytes.Length + TreeHash.LeafBytes - 1) / TreeHash.LeafBytes];
        for (var i = 0; i < leaves.Length; i++)
        {
            var leaf = bytes[(i * TreeHash.LeafBytes)..];
            leaves[i] = new Sha256Digest(SHA256.HashData(leaf[..Math.Min(leaf.Length, TreeHash.LeafBytes)]));
        }

        return leaves;
    }

    /// <summary>A manifest with random hashes. The codec and the stores do not check them.</summary>
    public static Manifest Manifest(UploadId upload, int extents, int seed)
    {
        var random = new Random(seed);
        var list = new Extent[extents];
        for (var i = 0; i < extents; i++)
        {
            list[i] = new Extent(PartPlace.In(Attempt(random.Next())), Limits.MinPartSizeBytes, Hash(random));
        }

        var sizeBytes = extents * Limits.MinPartSizeBytes;
        var treeHash = Hash(random);
        var archive = ArchiveId.Derive(upload, sizeBytes, treeHash);
        return new Manifest(upload, archive, sizeBytes, treeHash, Limits.MinPartSizeBytes, list);
    }

    /// <summary>A manifest of an archive with external bytes, whose locations have different lengths.</summary>
    public static Manifest LocatedManifest(UploadId upload, int extents, int seed)
    {
        var kept = Manifest(upload, extents, seed);
        return kept with
        {
            Extents = [.. kept.Extents.Select((extent, i) => extent with { Place = PartPlace.At(Location(i)) })],
            ByteStorage = ByteStorage.External,
        };
    }

    private static PartLocation Location(int number) =>
        PartLocation.TryParse(new string((char)(' ' + (number % 95)), 1 + (number % PartLocation.MaxChars)), out var location)
            ? location
            : throw new ArgumentOutOfRangeException(nameof(number));

    public static async Task StoreAsync(
        this IPartStore store,
        UploadId upload,
        AttemptId attempt,
        byte[] bytes,
        int chunkBytes = 256 * 1024)
    {
        await using var writer = await store.CreateAsync(upload, attempt, bytes.Length, CancellationToken.None);
        for (var at = 0; at < bytes.Length; at += chunkBytes)
        {
            var chunk = bytes.AsMemory(at, Math.Min(chunkBytes, bytes.Length - at));
            await writer.WriteAsync(chunk, CancellationToken.None);
        }

        await writer.CommitAsync(Leaves(bytes), CancellationToken.None);
    }

    /// <summary>Opens an attempt whose length the caller does not know.</summary>
    public static ValueTask<IAttemptReader> OpenAsync(
        this IPartStore store, UploadId upload, AttemptId attempt, CancellationToken cancellationToken) =>
        store.OpenAsync(upload, attempt, lengthBytes: null, cancellationToken);

    /// <summary>Reads an attempt from an offset to its end, with a buffer of the given size.</summary>
    public static async Task<byte[]> LoadAsync(
        this IPartStore store,
        UploadId upload,
        AttemptId attempt,
        int bufferBytes = TreeHash.LeafBytes,
        long offset = 0)
    {
        await using var reader = await store.OpenAsync(upload, attempt, CancellationToken.None);
        using var all = new MemoryStream();
        var buffer = new byte[bufferBytes];
        while (await reader.ReadAsync(offset + all.Length, buffer, CancellationToken.None) is > 0 and var read)
        {
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    private static TreeHash Hash(Random random)
    {
        var bytes = new byte[Sha256Digest.Bytes];
        random.NextBytes(bytes);
        return new TreeHash(new Sha256Digest(bytes));
    }
}
