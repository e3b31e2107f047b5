using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>Answers that several operations share.</summary>
internal static class CallAnswers
{
    /// <summary>The error for a refusal.</summary>
    public static GlacierError Describe(this GlacierCall call, Refusal refusal) =>
        GlacierRefusals.Describe(refusal, call.Region, call.Id);

    /// <summary>An archive was created.</summary>
    public static FrontAnswer ArchiveCreated(this GlacierCall call, CompletedArchive archive) => EmptyAnswer.Created(
        (GlacierHeaders.Location, call.Location($"/archives/{archive.Archive}")),
        (GlacierHeaders.ArchiveId, archive.Archive.ToString()),
        (GlacierHeaders.TreeHash, archive.TreeHash.ToString()));
}
