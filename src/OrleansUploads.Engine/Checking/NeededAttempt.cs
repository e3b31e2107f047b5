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
        UploadState.Completing completing => Of(completing.Before.Parts),
        UploadState.Stored { ReleasedAt: null, Parts: var kept } => kept is null ? null : Of(kept),
        _ => [],
    };

    public static IEnumerable<NeededAttempt> Of(Manifest manifest) =>
        Of(manifest.Extents.Select(static extent => (extent.Place.Attempt, extent.LengthBytes, extent.TreeHash)));

    private static IEnumerable<NeededAttempt> Of(PartMap map) =>
        Of(map.From(1).Select(static placed => (placed.Part.Attempt, placed.Part.LengthBytes, placed.Part.TreeHash)));

    private static IEnumerable<NeededAttempt> Of(IEnumerable<(AttemptId? Attempt, long LengthBytes, TreeHash TreeHash)> parts)
    {
        foreach (var (attempt, lengthBytes, treeHash) in parts)
        {
            if (attempt is { } stored)
            {
                yield return new NeededAttempt(stored, lengthBytes, treeHash);
            }
        }
    }
}
