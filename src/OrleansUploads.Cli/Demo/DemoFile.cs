using System.Security.Cryptography;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cli.Demo;

/// <summary>The file that the demo uploads, with its hashes.</summary>
/// <param name="Path">The file's path.</param>
/// <param name="SizeBytes">The file's size in bytes.</param>
/// <param name="Sha256">The SHA-256 hash of the whole file.</param>
/// <param name="TreeHash">The tree hash of the whole file.</param>
internal sealed record DemoFile(string Path, long SizeBytes, Sha256Digest Sha256, TreeHash TreeHash)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Hashes an existing file.</summary>
    public static async Task<DemoFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await HashAsync(path, buffer => file.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken));
    }

    /// <summary>Creates a file of random bytes.</summary>
    public static async Task<DemoFile> CreateAsync(string path, long sizeBytes, CancellationToken cancellationToken)
    {
        var random = new Random();
        var left = sizeBytes;
        await using var file = File.Create(path);
        return await HashAsync(path, async buffer =>
        {
            var chunk = buffer[..(int)Math.Min(left, buffer.Length)];
            random.NextBytes(chunk.Span);
            await file.WriteAsync(chunk, cancellationToken);
            left -= chunk.Length;
            return chunk.Length;
        });
    }

    private static async Task<DemoFile> HashAsync(string path, Func<Memory<byte>, ValueTask<int>> next)
    {
        using var linear = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var tree = new TreeHashBuilder();
        var buffer = new byte[BufferBytes];
        long size = 0;
        while (await next(buffer) is > 0 and var count)
        {
            linear.AppendData(buffer, 0, count);
            tree.Append(buffer.AsSpan(0, count));
            size += count;
        }

        return new DemoFile(path, size, new Sha256Digest(linear.GetHashAndReset()), tree.Finish());
    }
}
