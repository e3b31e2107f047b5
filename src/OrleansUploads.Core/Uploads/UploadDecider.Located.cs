using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <content>Parts whose bytes are kept elsewhere.</content>
public sealed partial class UploadDecider
{
    /// <summary>The newest report of a slot is the part. The same bytes again change nothing, wherever they are.</summary>
    private static Decision<UploadEvent> Store(UploadState state, StoreLocatedPart command, DateTimeOffset now)
    {
        if (RefusalOfPart(state, command.Vault, command.Range, Custody.Elsewhere) is { } refusal)
        {
            return Refuse(refusal);
        }

        var open = (UploadState.Open)state;
        var slot = SlotOf(open, command.Range);
        var length = command.Range.LengthBytes;
        return open.Parts[slot] is { Place.Location: { } inUse } part && part.Holds(length, command.TreeHash)
            ? Reply(new LocatedPartStanding(inUse, inUse == command.Location))
            : Accept(
                new LocatedPartStanding(command.Location, ReportedInUse: true),
                new LocatedPartStored(slot, length, command.TreeHash, command.Location, now));
    }
}
