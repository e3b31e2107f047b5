using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <summary>Makes an archived object readable for some days. If it is readable already, its days start again from now. The key's entry
/// names the upload.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Days">For how many days; 1 to <see cref="ObjectLimits.MaxRestoreDays"/>.</param>
/// <param name="Tier">How fast.</param>
public sealed record RestoreObject(ObjectName Name, int Days, RetrievalTier Tier) : ObjectUploadCommand, ICommand<RestoreAccepted>;

/// <summary>A restore was accepted.</summary>
/// <param name="WasReadable">Whether the object was readable already.</param>
public sealed record RestoreAccepted(bool WasReadable);

/// <summary>The restore of an archived object at the time of an answer.</summary>
/// <param name="ReadableUntil">When the object stops being readable, or null while the restore is in progress.</param>
public sealed record RestoreStatus(DateTimeOffset? ReadableUntil)
{
    /// <summary>Whether the object cannot be read yet.</summary>
    public bool IsInProgress => ReadableUntil is null;
}
