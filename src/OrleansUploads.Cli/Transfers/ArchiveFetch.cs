using OrleansUploads.Client.Transfers;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Fetches the output of jobs, and shows how far it is.</summary>
internal sealed class ArchiveFetch(Session session, DownloadChoice choice, TransferScreen screen)
{
    private static readonly ArchiveDownloadOptions Defaults = new();

    /// <summary>Whether an archive is fetched in one request.</summary>
    public static bool IsSmall(long? sizeBytes) => sizeBytes <= Defaults.RangeBytes;

    /// <summary>Fetches an archive into a file, or continues to.</summary>
    public Task ToFileAsync(Job job, string path, CancellationToken cancellationToken) =>
        RunAsync(path, job, download => download.ResumeAsync(session.Vault, job, path, cancellationToken));

    /// <summary>Fetches an archive into a stream.</summary>
    public Task ToStreamAsync(Job job, Stream stream, CancellationToken cancellationToken) =>
        RunAsync(choice.Output, job, download => download.WriteToAsync(session.Vault, job, stream, cancellationToken));

    private async Task RunAsync(string name, Job job, Func<ArchiveDownload, Task> fetch)
    {
        var transfer = screen.Begin(name, job.RetrievalRange?.LengthBytes);
        long? verified = null;
        var download = new ArchiveDownload(session.Transfers, Defaults with
        {
            Workers = choice.Workers,
            Overwrite = choice.Overwrites,
            OnProgress = progress =>
            {
                if (progress.SizeBytes is null || IsSmall(progress.SizeBytes))
                {
                    return;
                }

                screen.Add(transfer, new ByteRange(verified ?? 0, progress.VerifiedBytes), isSkipped: verified is null);
                verified = progress.VerifiedBytes;
            },
        });
        try
        {
            await fetch(download);
        }
        finally
        {
            screen.End(transfer);
        }
    }
}
