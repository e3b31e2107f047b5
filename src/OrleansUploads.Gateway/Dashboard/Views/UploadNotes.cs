using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Adds to an upload's document what the upload itself does not know: its silo, and the requests that this process
/// refused.</summary>
internal sealed class UploadNotes(SiloView silos, RecentRefusals refusals)
{
    /// <summary>The number of refused requests that are shown: the last ones.</summary>
    public const int MaxRefusals = 20;

    /// <summary>Returns the document with the notes.</summary>
    public async ValueTask<UploadDocument> AddAsync(DashboardCall call, UploadId upload, UploadDocument document)
    {
        var refused = refusals.Find(upload, MaxRefusals);
        return document with
        {
            Silo = await silos.FindAsync(call, upload),
            Refusals = refused.Count == 0 ? null : [.. refused.Select(request => DocumentOf(request, call.Account))],
        };
    }

    /// <summary>The keys of other accounts are theirs, so they are left out.</summary>
    private static RefusalDocument DocumentOf(RefusedRequest refused, AccountId viewer) => new(
        refused.At.ToUnixTimeMilliseconds(),
        refused.Operation,
        refused.Status,
        refused.Code,
        refused.Account == viewer ? refused.AccessKeyId : null,
        refused.Client);
}
