namespace OrleansUploads.Core.Uploads;

/// <summary>Answers queries about an upload.</summary>
internal static class UploadListing
{
    /// <summary>Returns the answer to a query, or null if the addressed vault has no such upload.</summary>
    public static IAnswer? Answer(UploadState state, UploadCommand query) => query switch
    {
        ListParts c => OpenOf(state, c.Vault) is { } open ? ListParts(open, c) : null,
        MapParts c => OpenOf(state, c.Vault) is { } open ? Map(open) : null,
        FindPart c => OpenOf(state, c.Vault) is { } open ? FindPart(open, c) : null,
        SummarizeUpload c => Summarize(state, c),
        _ => null,
    };

    /// <summary>Returns one page of the parts, in the order of their ranges.</summary>
    private static PartsPage ListParts(UploadState.Open open, ListParts command)
    {
        var geometry = new AlignedParts(open.Spec.PartSize);
        var listed = new List<ListedPart>();
        foreach (var (slot, part) in open.Parts.From(geometry.FirstSlotFrom(command.FirstByte)))
        {
            var range = geometry.RangeOf(slot, part.LengthBytes);
            if (listed.Count == command.Limit)
            {
                return new PartsPage(open.Spec, listed, range.FirstByte);
            }

            listed.Add(new ListedPart(range, part.TreeHash, part.Place.Location));
        }

        return new PartsPage(open.Spec, listed, null);
    }

    /// <summary>Returns a summary of the state, or null if the addressed vault has no such upload.</summary>
    private static UploadSummary? Summarize(UploadState state, SummarizeUpload command) => state switch
    {
        UploadState.Open open when open.Spec.Vault.Id == command.Vault => new UploadSummary(
            open.Spec, UploadPhase.Open, open.Parts.Count, BytesOf(open.Parts), Archive: null),
        UploadState.Completed done when done.Spec.Vault.Id == command.Vault => new UploadSummary(
            done.Spec, UploadPhase.Completed, Parts: 0, done.SizeBytes, Describe(done), done.ReleasedAt),
        UploadState.Ended ended when ended.Spec.Vault.Id == command.Vault => new UploadSummary(
            ended.Spec, ended.Aborted ? UploadPhase.Aborted : UploadPhase.Expired, Parts: 0, ReportedBytes: 0, Archive: null),
        _ => null,
    };

    /// <summary>Returns which parts there are.</summary>
    private static MappedUpload Map(UploadState.Open open) => new(
        open.Spec,
        new MappedParts(
            PartNumbers.Of(open.Parts.From(0).Select(static slot => slot.Key + 1)), BytesOf(open.Parts), open.LastActivityAt)
        {
            Rate = TransferRates.Of([.. open.Parts.From(0).Select(static slot => slot.Value)
                .Select(static part => new ArrivedPart(part.Place.Attempt?.CreatedAt, part.StoredAt, part.LengthBytes))]),
        });

    /// <summary>Returns which parts of an object there are.</summary>
    public static MappedObjectUpload Map(UploadState.ObjectOpen open) => new(
        open.Spec,
        new MappedParts(
            PartNumbers.Of(open.Parts.Keys),
            open.Parts.Values.Sum(static accepted => accepted.Part.LengthBytes),
            open.LastActivityAt)
        {
            Rate = TransferRates.Of([.. open.Parts.Values.Select(static accepted => new ArrivedPart(
                accepted.Part.Attempt?.CreatedAt, accepted.StoredAt, accepted.Part.LengthBytes))]),
        });

    /// <summary>Returns what the upload knows about one part.</summary>
    private static FoundPart FindPart(UploadState.Open open, FindPart command)
    {
        var slot = command.Number - 1;
        return open.Parts[slot] is { } part
            ? new FoundPart(
                new AlignedParts(open.Spec.PartSize).RangeOf(slot, part.LengthBytes),
                part.TreeHash,
                part.Place.Attempt,
                part.Place.Location,
                part.StoredAt,
                open.Senders[part.By])
            : new FoundPart(Range: null, default, Attempt: null, Location: null, default);
    }

    /// <summary>Returns the archive that a completed upload became.</summary>
    public static CompletedArchive Describe(UploadState.Completed done) =>
        new(done.Archive, done.Spec.Vault.Id, done.SizeBytes, done.TreeHash);

    private static UploadState.Open? OpenOf(UploadState state, VaultId vault) =>
        state is UploadState.Open open && open.Spec.Vault.Id == vault ? open : null;

    private static long BytesOf(PartMap parts)
    {
        var bytes = 0L;
        foreach (var (_, part) in parts.From(0))
        {
            bytes += part.LengthBytes;
        }

        return bytes;
    }
}
