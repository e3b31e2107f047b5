using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>The rules of a page of uploads in progress. The vault admits uploads and numbers the admissions. The page lists the
/// uploads and reports to the vault how many admissions have ended.</summary>
/// <remarks>The number of an admission shows whether it has arrived before, so repeated deliveries change nothing. The number of
/// ended admissions only grows, so late or repeated reports to the vault change nothing either. The page records no intents: the sender
/// of an admission or a closing repeats it until it is answered, and the answer waits until the vault has received the page's
/// report.</remarks>
public sealed class UploadPageDecider : Decider<UploadPageState, UploadPageCommand, UploadPageEvent>
{
    private const int SmallPage = 16;

    /// <inheritdoc/>
    public override UploadPageState Initial => UploadPageState.Empty;

    /// <inheritdoc/>
    /// <remarks>Few pages of a vault with many uploads are in memory, so they are read from the journal more often than they are
    /// written.</remarks>
    public override int HistorySlack => 8;

    /// <inheritdoc/>
    public override Decision<UploadPageEvent> Decide(
        UploadPageState state, UploadPageCommand command, ServiceTime time) => command switch
        {
            ListInPage c => ListInPage(state, c),
            CloseInPage c => CloseInPage(state, c),
            EndListedUploads => Reply(Done.Instance).Telling([.. state.Uploads.Values.Select(EndUpload)]),
            ConfirmListedUploadEnded c => state.Uploads.ContainsKey(c.Upload.ToString())
                ? Accept(new PagedUploadClosed(c.Upload))
                : Nothing,
            ReadUploadPage c => ListUploads(state, c),
            ConfirmClosingsDelivered => Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <inheritdoc/>
    public override UploadPageState Evolve(UploadPageState state, UploadPageEvent happened) => happened switch
    {
        UploadPageOpened e => state with { Vault = e.Vault, Page = e.Page },
        UploadPaged e => state with
        {
            Seen = state.Seen.With(e.Admission),
            Uploads = state.Uploads.SetItem(e.Spec.Upload.ToString(), e.Spec),
        },
        AdmissionEnded e => state with { Seen = state.Seen.With(e.Admission) },
        PagedUploadClosed e => state with { Uploads = state.Uploads.Remove(e.Upload.ToString()) },
        UploadPageSnapshot e => new UploadPageState(
            e.Vault,
            e.Page,
            new AdmissionsSeen(e.SeenUpTo, [.. e.SeenBeyond]),
            e.Uploads.ToImmutableSortedDictionary(
                spec => spec.Upload.ToString(), spec => spec, StringComparer.Ordinal)),
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <inheritdoc/>
    public override IEnumerable<UploadPageEvent> Compact(UploadPageState state) => state.Seen.Count == 0
        ? []
        : [new UploadPageSnapshot(
            state.Vault, state.Page, state.Seen.UpTo, [.. state.Seen.Beyond], [.. state.Uploads.Values])];

    /// <inheritdoc/>
    /// <remarks>A snapshot is a single event, as with the shards of the index: the longer the page, the smaller the share of its
    /// history that may follow the snapshot.</remarks>
    public override int CompactCount(UploadPageState state)
    {
        var length = 1 + state.Uploads.Count + state.Seen.Beyond.Count;
        return Math.Min(length, SmallPage + (length / 16));
    }

    private static Decision<UploadPageEvent> ListUploads(UploadPageState state, ReadUploadPage command)
    {
        var (uploads, hasMore) = state.Uploads
            .Where(upload => string.CompareOrdinal(upload.Key, command.After) > 0)
            .Select(upload => upload.Value)
            .FirstPage(command.Limit);
        return Reply(new UploadsPage(uploads, hasMore));
    }

    private Decision<UploadPageEvent> ListInPage(UploadPageState state, ListInPage command)
    {
        if (state.Seen.Contains(command.Admission))
        {
            return ReportAgain(state);
        }

        // The vault forgets an admission once it is listed. If the upload is opened again, it may be admitted a second time.
        var isListed = state.Uploads.ContainsKey(command.Spec.Upload.ToString());
        return AcceptChange(
            state,
            command.Spec.Vault,
            command.Spec.Upload,
            isListed ? new AdmissionEnded(command.Admission) : new UploadPaged(command.Spec, command.Admission));
    }

    /// <summary>Stops listing an upload. An admission that arrives later, even a second one, no longer lists it.</summary>
    private Decision<UploadPageEvent> CloseInPage(UploadPageState state, CloseInPage command)
    {
        var isListed = state.Uploads.ContainsKey(command.Upload.ToString());
        var isAwaited = command.Admission > 0 && !state.Seen.Contains(command.Admission);
        ImmutableArray<UploadPageEvent> happened =
        [
            .. isListed ? [new PagedUploadClosed(command.Upload)] : ImmutableArray<UploadPageEvent>.Empty,
            .. isAwaited ? [new AdmissionEnded(command.Admission)] : ImmutableArray<UploadPageEvent>.Empty,
        ];
        return happened.IsEmpty ? ReportAgain(state) : AcceptChange(state, command.Vault, command.Upload, happened);
    }

    /// <summary>Answers a repeated command. The report to the vault is sent again, because the vault may not have received
    /// it.</summary>
    private static Decision<UploadPageEvent> ReportAgain(UploadPageState state) =>
        state.Closed > 0 ? Reply(Done.Instance).Telling(TellVault(state)) : Nothing;

    private Decision<UploadPageEvent> AcceptChange(
        UploadPageState state, VaultIncarnation vault, UploadId upload, params ImmutableArray<UploadPageEvent> happened)
    {
        var opened = new UploadPageOpened(vault, UploadPages.PageOf(upload));
        var isNew = state.Seen.Count == 0;
        ImmutableArray<UploadPageEvent> events = isNew ? [opened, .. happened] : happened;
        var after = events.Aggregate(state, Evolve);
        var decision = Accept(Done.Instance, events);
        return after.Closed > state.Closed ? decision.Telling(TellVault(after)) : decision;
    }

    /// <summary>Ends an upload. The vault repeats its command until all of them have ended.</summary>
    private static Intent EndUpload(UploadSpec spec) => new(
        "end/" + spec.Upload,
        new TellEntity(spec.Upload.Entity, new EndUpload(spec)),
        new ConfirmListedUploadEnded(spec.Upload))
    { IsRecorded = false };

    private static Intent TellVault(UploadPageState state) => new(
        "closings/" + state.Closed.ToString(CultureInfo.InvariantCulture),
        new TellEntity(
            state.Vault.Id.Entity, new RecordUploadPage(state.Vault.Epoch, state.Page, state.Closed)),
        new ConfirmClosingsDelivered())
    {
        AnswersUnconfirmed = true,
        IsRecorded = false,
    };
}
