using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Dashboard;

/// <summary>Retrieves and deletes archives, as the vault API does: with jobs, and by the vault's policies.</summary>
internal static class ArchiveActions
{
    /// <summary>The description of the jobs. People see it in the list of jobs.</summary>
    private static readonly Description JobDescription =
        Description.TryParse("retrieved in the dashboard", out var description) ? description : Description.None;

    /// <summary>Starts a job that retrieves an archive.</summary>
    public static async ValueTask<ListedJob> RetrieveAsync(DashboardCall call, string vault, string id)
    {
        call.Services.Space?.RequireFor(SpaceUse.Retrieves);
        var document = JsonSerializer.SerializeToUtf8Bytes(new RetrievalDocument("archive-retrieval", id), RetrievalJson.Default.RetrievalDocument);
        var found = await call.FindVaultAsync(vault, VaultAction.InitiateJob, id, document);
        var archive = ArchiveId.TryParse(id, out var parsed) ? parsed : throw GlacierError.ArchiveNotFound(id);
        return JobView.DocumentOf(await JobInitiation.RetrieveAsync(
            found, new RetrievalRequest(archive, Range: null, new JobOptions(JobDescription, Topic: null, RetrievalTier.Standard))));
    }

    /// <summary>Sends the output of a job for a browser to save as a file, whose name the page knows.</summary>
    public static async ValueTask<FrontAnswer> DownloadAsync(DashboardCall call, string vault, string job)
    {
        var found = await call.FindVaultAsync(vault, VaultAction.GetJobOutput, job);
        return await call.SaveAsync(() => JobOperations.GetOutputAsync(found), name: null);
    }

    /// <summary>Deletes an archive, and says which bytes are not freed yet.</summary>
    public static async ValueTask<UnfreedDocument> DeleteAsync(DashboardCall call, string vault, string id)
    {
        call.Services.Space?.RequireFor(SpaceUse.Frees);
        var found = await call.FindVaultAsync(vault, VaultAction.DeleteArchive, id);
        if ((await ArchiveOperations.DeleteAsync(found)).Error is { } refused)
        {
            throw refused;
        }

        var unfreed = ArchiveId.TryParse(id, out var archive) ? await found.FindUnfreedAsync(archive, frees: false) : null;
        return new UnfreedDocument(unfreed?.Bytes ?? 0, unfreed?.Until);
    }
}

/// <summary>The bytes of a deleted archive that are not freed yet.</summary>
/// <param name="Until">When they are freed at the earliest, or null if there are none or they are being freed.</param>
internal sealed record UnfreedDocument(long Bytes, DateTimeOffset? Until);

/// <summary>The body of the request of the vault API that starts the retrieval.</summary>
internal sealed record RetrievalDocument(string Type, string ArchiveId);

[JsonSerializable(typeof(RetrievalDocument))]
internal sealed partial class RetrievalJson : JsonSerializerContext;
