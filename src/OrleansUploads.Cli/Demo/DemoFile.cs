using System.Security.Cryptography;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Cli.Demo;

/// <summary>The file that goes in, and the hashes by which it must come back.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="SizeBytes">How long it is.</param>
/// <param name="Sha256">SHA-256 of all of it.</param>
/// <param name="TreeHash">Its tree hash.</param>
internal sealed record DemoFile(string Path, long SizeBytes, Sha256Digest Sha256, TreeHash TreeHash)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Hashes a file that is there.</summary>
    public static async Task<DemoFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await HashAsync(path, buffer => file.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken));
    }

    /// <summary>Makes a file of random bytes.</summary>
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
