using OrleansUploads.Core;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Answers;

/// <summary>Answers that more than one operation gives.</summary>
internal static class CallAnswers
{
    /// <summary>The command was not carried out.</summary>
    public static GlacierAnswer Refuse(this GlacierCall call, Refusal refusal) =>
        RefusalErrors.Describe(refusal, call.Region, call.Id);

    /// <summary>An archive is there.</summary>
    public static GlacierAnswer ArchiveCreated(this GlacierCall call, CompletedArchive archive) => EmptyAnswer.Created(
        (HeaderName.Location, call.Location($"/archives/{archive.Archive}")),
        (HeaderName.ArchiveId, archive.Archive.ToString()),
        (HeaderName.TreeHash, archive.TreeHash.ToString()));
}
