using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Checking;

/// <content>Uploads that become objects.</content>
internal sealed partial class UploadCheck
{
    private async ValueTask CheckObjectAsync(
        UploadState.OfObject state, HashSet<Damage> damage, CancellationToken cancellationToken)
    {
        var upload = state.Spec.Upload;
        RequireInLeaf(state, damage);
        switch (state)
        {
            case UploadState.ObjectOpen open:
                await CheckPartsAsync(upload, state, Needed(open.Parts.Values), damage, cancellationToken);
                break;
            case UploadState.ObjectCompleting completing:
                await CheckPartsAsync(upload, state, Needed(completing.Before.Parts.Values), damage, cancellationToken);
                break;
            case UploadState.ObjectStored { ReleasedAt: null, Parts: { } kept }:
                await CheckPartsAsync(upload, state, Needed(kept), damage, cancellationToken);
                break;
            case UploadState.ObjectStored { ReleasedAt: null } stored:
                if (await ReadManifestAsync(state, manifest => IsOf(stored, manifest), damage, cancellationToken) is { } found)
                {
                    await CheckPartsAsync(upload, state, Needed(found), damage, cancellationToken);
                }

                break;
        }
    }

    /// <summary>Requires that a leaf has the object or lists the upload. An object leaves its leaf before its upload learns of it; until
    /// then the leaf has the release to deliver.</summary>
    private void RequireInLeaf(UploadState.OfObject state, HashSet<Damage> damage)
    {
        var spec = state.Spec;
        switch (state)
        {
            case UploadState.ObjectStored { ReleasedAt: null }:
                if (!indexed.Objects.Contains(spec.Upload)
                    && !IsInLeaf(new KeyIndexId(spec.Name.Bucket, KeyTree.Objects), new KeyPosition(spec.Name.Key.ToString()), spec.Upload))
                {
                    damage.Add(Of(state, DamageKind.Index, "the object is missing from the bucket's index: no leaf has it"));
                }

                break;
            case UploadState.ObjectOpen { Listed: true } or UploadState.ObjectCompleting { Before.Listed: true }:
                var position = new KeyPosition(spec.Name.Key.ToString(), spec.CreatedAt, spec.Upload);
                if (!indexed.ObjectUploads.Contains(spec.Upload)
                    && !IsInLeaf(new KeyIndexId(spec.Name.Bucket, KeyTree.Uploads), position, spec.Upload))
                {
                    damage.Add(Of(state, DamageKind.Index, "the upload is missing from the bucket's list of uploads: no leaf has it"));
                }

                break;
        }
    }

    /// <summary>Whether a leaf on the path to a position has an upload now. Its leaf may have been checked before the upload came
    /// in.</summary>
    private bool IsInLeaf(KeyIndexId index, KeyPosition position, UploadId upload)
    {
        try
        {
            var routes = states.ReadRoutes(index);
            var start = routes.IndexOf(position) is >= 0 and var route ? routes.Routes[route].Leaf : LeafName.First;
            return LeafPath.Follow(states, index, position, start).Any(leaf =>
                leaf.Entries.GetValueOrDefault(position)?.Upload == upload || leaf.Releases.ContainsKey(upload.ToString()));
        }
        catch (JournalDamagedException)
        {
            // Reported when the histories of the leaves were checked.
            return true;
        }
    }

    private static bool IsOf(UploadState.ObjectStored state, Manifest manifest) =>
        manifest is { Parts: { Count: > 0 } parts }
        && manifest.SizeBytes == state.Completion.SizeBytes
        && manifest.Extents.Sum(extent => extent.LengthBytes) == state.Completion.SizeBytes
        && parts.Sum(part => part.LengthBytes) == state.Completion.SizeBytes
        && ObjectETag.OfParts([.. parts.Select(part => part.Md5)]) == state.Completion.ETag;

    private static IEnumerable<NeededAttempt> Needed(IEnumerable<AcceptedPart> parts)
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
