using System.Security.Cryptography;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Embedded;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Attempts without bytes: sparse files with the names and lengths of real ones. A listing does not read the bytes.</summary>
internal static class SparseAttempts
{
    /// <summary>Stores one real attempt of an upload, so that its folder exists, as after real parts.</summary>
    public static async Task StoreOneAsync(
        EmbeddedEngine engine, UploadId upload, int lengthBytes, CancellationToken cancellationToken)
    {
        var bytes = new byte[lengthBytes];
        await using var attempt = await engine.Parts.CreateAsync(
            upload, engine.Ids.NewAttempt(), bytes.Length, cancellationToken);
        await attempt.WriteAsync(bytes, cancellationToken);
        await attempt.CommitAsync(
            bytes.Chunk((int)Limits.MinPartSizeBytes).Select(leaf => new Sha256Digest(SHA256.HashData(leaf))).ToArray(), cancellationToken);
    }

    /// <summary>Creates a sparse file for each attempt of an upload.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="folder">The engine's data folder.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="attempts">The attempts.</param>
    /// <param name="lengthBytes">The length of each.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The folder that contains them.</returns>
    public static async Task<string> StoreAsync(
        EmbeddedEngine engine,
        string folder,
        UploadId upload,
        IEnumerable<AttemptId> attempts,
        int lengthBytes,
        CancellationToken cancellationToken)
    {
        await StoreOneAsync(engine, upload, lengthBytes, cancellationToken);
        var real = Directory.EnumerateFiles(folder, "*.part", SearchOption.AllDirectories)
            .Single(path => path.Contains(upload.ToString(), StringComparison.Ordinal));
        var parent = Path.GetDirectoryName(real)!;
        var fileBytes = new FileInfo(real).Length;
        foreach (var attempt in attempts)
        {
            await using var file = File.Create(Path.Combine(parent, $"{attempt}.part"));
            file.SetLength(fileBytes);
        }

        File.Delete(real);
        return parent;
    }
}
