using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Reports a part whose bytes are durable to its upload.</summary>
internal static class DurableReport
{
    /// <summary>The maximum number of times that a part is reported.</summary>
    private const int MaxReports = 3;

    /// <summary>Sends a report. If its outcome is unknown, it is repeated, because that is cheaper than receiving the bytes again.</summary>
    /// <returns>The answer, and whether the report was sent only once. If so, a refusal proves that the upload does not use the attempt. If
    /// not, an earlier report may have made the attempt the part, and the upload may have ended since.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown.</exception>
    public static async ValueTask<(Outcome<Done> Outcome, bool IsOnly)> SendAsync(
        IEntityHost host, UploadId upload, ICommand<Done> report, CancellationToken cancellationToken)
    {
        for (var reports = 1; ; reports++)
        {
            try
            {
                var (outcome, isOfRepetition) = await host.AskTrackedAsync(upload.Entity, report, cancellationToken);
                return (outcome, reports == 1 && !isOfRepetition);
            }
            catch (EntityUnavailableException) when (reports < MaxReports)
            {
                // Before it decides the repeated report, the entity reads its journal again.
            }
        }
    }
}
