using OrleansUploads.Client.Models;
using OrleansUploads.Core;

namespace OrleansUploads.Client.Transfers;

/// <summary>How an <see cref="ArchiveDownload"/> works.</summary>
public sealed record ArchiveDownloadOptions
{
    /// <summary>How many bytes one request asks for: 1 MiB times a power of two. A range is verified before it counts, and
    /// a broken connection costs at most one range.</summary>
    public int RangeBytes { get; init; } = 16 * Limits.LeafBytes;

    /// <summary>How long to wait between two questions whether the job has finished.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How fast the archive is asked for; null for the server's default.</summary>
    public RetrievalTier? Tier { get; init; }

    /// <summary>Whether a file of that name may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Told once the job ID is known, after each poll, and after each range.</summary>
    public Action<DownloadProgress>? OnProgress { get; init; }
}

/// <summary>How far a download is.</summary>
/// <param name="JobId">Resumes the download after a crash; worth keeping from the first report on.</param>
/// <param name="SizeBytes">How many bytes there will be; null until the job has succeeded.</param>
/// <param name="VerifiedBytes">How many are in the file.</param>
public readonly record struct DownloadProgress(string JobId, long? SizeBytes, long VerifiedBytes);
