using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <summary>Deletes the bytes of a deleted archive once no job refers to them.</summary>
/// <param name="Upload">The upload that became the archive.</param>
public sealed record ReclaimBytes(UploadId Upload) : IntentAction
{
    /// <summary>False: callers do not wait until bytes are deleted.</summary>
    public override bool IsAwaited => false;
}
