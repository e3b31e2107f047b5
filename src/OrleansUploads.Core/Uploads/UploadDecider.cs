using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Uploads;

/// <summary>The rules of an upload: which bytes make up the archive is decided here, exactly once.</summary>
public sealed partial class UploadDecider(UploadPolicy policy) : Decider<UploadState, UploadCommand, UploadEvent>
{
    private static readonly Refusal NotFound = new Refusal.UploadNotFound();

    /// <inheritdoc/>
    public override UploadState Initial => UploadState.Unknown.Instance;

    /// <inheritdoc/>
    public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, DateTimeOffset now) =>
        command switch
        {
            InitiateUpload c => Initiate(state, c),
            CheckPart c => Check(state, c),
            StorePart c => Store(state, c, now),
            StoreLocatedPart c => Store(state, c, now),
            CompleteUpload c => Complete(state, c, now),
            AbortUpload c => Abort(state, c, now),
            ListParts c => List(state, c),
            SummarizeUpload c => Summarize(state, c),
            FenceAttempts c => Fence(state, c, now),
            ReleaseArchive c => Release(state, c),
            ConfirmManifestStored => state is UploadState.Completed { Parts: not null } completed
                ? Accept(new ManifestStored()).Telling(IndexArchive(completed))
                : Nothing,
            ConfirmArchiveIndexed => state is UploadState.Completed { Parts: null, Indexed: false }
                ? Accept(new ArchiveIndexed())
                : Nothing,
            ConfirmUploadClosed => state is UploadState.Ended { Closed: false } ? Accept(new UploadClosed()) : Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
        };

    private static Decision<UploadEvent> Initiate(UploadState state, InitiateUpload command) =>
        state is UploadState.Unknown ? Accept(new UploadInitiated(command.Opening)) : Nothing;

    private static Decision<UploadEvent> Check(UploadState state, CheckPart command) =>
        RefusalOfPart(state, command.Vault, command.Range, Custody.Gateway) is { } refusal ? Refuse(refusal) : Nothing;

    /// <summary>The newest attempt at a slot is the part. The same bytes again change nothing.</summary>
    private static Decision<UploadEvent> Store(UploadState state, StorePart command, DateTimeOffset now)
    {
        if (RefusalOfPart(state, command.Vault, command.Range, Custody.Gateway) is { } refusal)
        {
            return Refuse(refusal);
        }

        var open = (UploadState.Open)state;
        var slot = SlotOf(open, command.Range);
        var length = command.Range.LengthBytes;
        if (open.Parts[slot] is { } part && part.Holds(length, command.TreeHash))
        {
            return Reply(new PartStanding(part.Place.Attempt == command.Attempt));
        }

        // An attempt from before the fence may be deleted at any moment by who asked for the fence.
        return command.Attempt.CreatedAt < open.FencedBefore
            ? Refuse(new Refusal.AttemptCollected(command.Range))
            : Accept(
                new PartStanding(AttemptInUse: true),
                new PartStored(slot, length, command.TreeHash, command.Attempt, now));
    }

    private static Refusal? RefusalOfPart(
        UploadState state, VaultId vault, PartRange range, Custody custody) => state switch
        {
            UploadState.Open { Opening: var opening } when opening.Vault.Id == vault =>
                opening.Custody == custody ? RefusalOfRange(range, opening.PartSize)
                : opening.Custody == Custody.Gateway ? new Refusal.UploadKeptByGateway()
                : new Refusal.UploadKeptElsewhere(),
            _ => NotFound,
        };

    /// <summary>A part begins at a multiple of the part size, is at most that long, and there are at most 10,000.</summary>
    private static Refusal? RefusalOfRange(PartRange range, PartSize size) =>
        range.FirstByte % size.Bytes != 0 ? new Refusal.RangeNotAligned(range, size)
        : range.LengthBytes > size.Bytes ? new Refusal.PartTooLarge(range, size)
        : range.FirstByte / size.Bytes >= Limits.MaxParts ? new Refusal.TooManyParts(range, size, Limits.MaxParts)
        : null;

    /// <summary>An abort repeated is answered like the first one; a complete upload is not there to be aborted.</summary>
    private static Decision<UploadEvent> Abort(UploadState state, AbortUpload command, DateTimeOffset now) => state switch
    {
        UploadState.Open open when open.Opening.Vault.Id == command.Vault =>
            Accept(new UploadAborted(now)).Telling(CloseUpload(open.Opening)),
        UploadState.Ended { Aborted: true } ended when ended.Opening.Vault.Id == command.Vault =>
            Repeat(Done.Instance),
        _ => Refuse(NotFound),
    };

    private static Decision<UploadEvent> List(UploadState state, ListParts command)
    {
        if (state is not UploadState.Open open || open.Opening.Vault.Id != command.Vault)
        {
            return Refuse(NotFound);
        }

        var size = open.Opening.PartSize.Bytes;
        var firstSlot = Math.Min((command.FirstByte + size - 1) / size, Limits.MaxParts);
        var listed = new List<ListedPart>();
        foreach (var (slot, part) in open.Parts.From((int)firstSlot))
        {
            var range = RangeOf(slot, part.LengthBytes, size);
            if (listed.Count == command.Limit)
            {
                return Reply(new PartsPage(open.Opening, listed, range.FirstByte));
            }

            listed.Add(new ListedPart(range, part.TreeHash, part.Place.Location));
        }

        return Reply(new PartsPage(open.Opening, listed, null));
    }

    private static int SlotOf(UploadState.Open open, PartRange range) =>
        (int)(range.FirstByte / open.Opening.PartSize.Bytes);

    private static PartRange RangeOf(int slot, long lengthBytes, long partSizeBytes) =>
        new(slot * partSizeBytes, (slot * partSizeBytes) + lengthBytes - 1);
}
