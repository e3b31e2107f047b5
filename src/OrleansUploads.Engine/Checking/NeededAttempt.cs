using OrleansUploads.Core.Archives;

namespace OrleansUploads.Engine.Checking;

/// <summary>An attempt that is a part, with its acknowledged length and hash.</summary>
internal readonly record struct NeededAttempt(AttemptId Attempt, long LengthBytes, TreeHash TreeHash)
{
    /// <summary>The attempts that an upload needs, unless its manifest names them.</summary>
    /// <returns>Null if they are in the manifest.</returns>
    public static IEnumerable<NeededAttempt>? Of(UploadState state) => state switch
    {
        UploadState.Open open => Of(open.Parts),
        UploadState.Completed { ReleasedAt: null, Parts: { } unlisted } => Of(unlisted),
        UploadState.ObjectOpen open => Of(open.Parts.Values),
        UploadState.ObjectCompleting completing => Of(completing.Before.Parts.Values),
        UploadState.ObjectStored { ReleasedAt: null, Parts: { } kept } => Of(kept),
        UploadState.Completed { ReleasedAt: null } or UploadState.ObjectStored { ReleasedAt: null } => null,
        _ => [],
    };

    private static IEnumerable<NeededAttempt> Of(PartMap map)
    {
        foreach (var (_, part) in map.From(0))
        {
            if (part.Place.Attempt is { } attempt)
            {
                yield return new NeededAttempt(attempt, part.LengthBytes, part.TreeHash);
            }
        }
    }

    /// <summary>The attempts in a manifest.</summary>
    public static IEnumerable<NeededAttempt> Of(Manifest manifest)
    {
        foreach (var extent in manifest.Extents)
        {
            if (extent.Place.Attempt is { } attempt)
            {
                yield return new NeededAttempt(attempt, extent.LengthBytes, extent.TreeHash);
            }
        }
    }

    private static IEnumerable<NeededAttempt> Of(IEnumerable<AcceptedPart> parts)
    {
        foreach (var (part, _) in parts)
        {
            if (part.Attempt is { } attempt)
            {
                yield return new NeededAttempt(attempt, part.LengthBytes, part.TreeHash);
            }
        }
    }
}
