using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Checking;

/// <content>Uploads that become objects.</content>
internal sealed partial class UploadCheck
{
    private async ValueTask CheckObjectAsync(
        UploadState.OfObject state, HashSet<Damage> damage, CancellationToken cancellationToken)
    {
        var upload = state.Spec.Upload;
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
